"""Sessions of staff: signed tokens of a quarter of an hour, and a longer one to refresh them.

A token is believed without asking anybody; what ends a session early is in `revocations.py`.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OctKey

from chassis.errors import Unauthenticated
from chassis.identity import Identity
from chassis.recent import Recent
from contracts.calls.routing import Staff

_ISSUER: Final = "peygir"
_ALGORITHM: Final = "HS256"
#: Tokens known to be good, at least; twice as many at most.
_KNOWN: Final = 2_500
_LEAST_KEY: Final = 32
_ENROLLING: Final = "enrolling"


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A staff member who has signed in."""

    id: str
    staff: Staff
    #: When he signed in, however often the session was refreshed; seconds since 1970.
    since: float
    #: Seconds since 1970.
    expires: float

    @property
    def identity(self) -> Identity:
        """What the services are told about who calls."""
        staff = self.staff
        # Who owes a second factor has no right until he has set it up.
        role = _ENROLLING if staff.owes_second_factor else staff.role
        return Identity(subject=f"person:{staff.id}", role=role, unit=staff.unit, tier=staff.tier)


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    """A session's two tokens."""

    session: Session
    token: str
    refresh_token: str
    refresh_expires: float


class Sessions:
    """Signs with the first key and accepts tokens signed with any: keys can rotate."""

    def __init__(
        self,
        keys: Sequence[str],
        *,
        seconds: float = 900,
        refresh_seconds: float = 12 * 3600,
        idle_seconds: float = 2 * 3600,
        clock: Callable[[], float] = time.time,
    ) -> None:
        if not keys or any(len(key) < _LEAST_KEY for key in keys):
            raise ValueError("session keys need 32 characters or more")
        self._keys = [OctKey.import_key(key, {"kid": _key_id(key)}) for key in keys]
        self._key_set = KeySet(list(self._keys))
        self._seconds = seconds
        self._refresh_seconds = refresh_seconds
        self._idle_seconds = idle_seconds
        self._clock = clock
        self._known: Recent[str, tuple[str, Session]] = Recent(_KNOWN)

    def open(self, staff: Staff) -> Tokens:
        """Give the tokens of a new session."""
        return self._tokens(secrets.token_urlsafe(16), staff, since=self._clock())

    def go_on(self, session: Session, staff: Staff) -> Tokens:
        """Give new tokens of a session, with its staff member as he is now."""
        return self._tokens(session.id, staff, since=session.since)

    def _tokens(self, session_id: str, staff: Staff, *, since: float) -> Tokens:
        now, end = self._clock(), since + self._refresh_seconds
        session = Session(
            id=session_id, staff=staff, since=since, expires=min(now + self._seconds, end)
        )
        refresh_expires = min(now + self._idle_seconds, end)
        return Tokens(
            session=session,
            token=self._sign(session, "access"),
            refresh_token=self._sign(
                msgspec.structs.replace(session, expires=refresh_expires), "refresh"
            ),
            refresh_expires=refresh_expires,
        )

    def read(self, token: str) -> Session:
        """Give the session of a token; raises Unauthenticated."""
        return self._read(token, "access")

    def read_refresh(self, token: str) -> Session:
        """Give the session that a refresh token continues; raises Unauthenticated."""
        return self._read(token, "refresh")

    def _sign(self, session: Session, use: str) -> str:
        key = self._keys[0]
        header = {"alg": _ALGORITHM, "kid": key.kid}
        claims = {
            "iss": _ISSUER,
            "aud": use,
            "sid": session.id,
            "sub": session.staff.id,
            "staff": msgspec.to_builtins(session.staff),
            "auth_time": session.since,
            "iat": int(self._clock()),
            "exp": int(session.expires),
        }
        return jwt.encode(header, claims, key, algorithms=[_ALGORITHM])

    def _read(self, token: str, use: str) -> Session:
        known = self._known.get(token)
        if known is None:
            known = self._verify(token)
            self._known.keep(token, known)
        meant_for, session = known
        if meant_for != use:
            raise Unauthenticated("session_invalid")
        if session.expires <= self._clock():
            raise Unauthenticated("session_expired")
        return session

    def _verify(self, token: str) -> tuple[str, Session]:
        try:
            claims: dict[str, Any] = jwt.decode(
                token, self._key_set, algorithms=[_ALGORITHM]
            ).claims
            if claims["iss"] != _ISSUER:
                raise Unauthenticated("session_invalid")
            staff = msgspec.convert(claims["staff"], Staff)
            session = Session(
                id=claims["sid"],
                staff=staff,
                since=float(claims["auth_time"]),
                expires=float(claims["exp"]),
            )
        except (JoseError, ValueError, KeyError, TypeError, msgspec.ValidationError):
            # Which of these it was helps only who forges tokens.
            raise Unauthenticated("session_invalid") from None
        return str(claims["aud"]), session


def _key_id(key: str) -> str:
    return hashlib.sha256(f"session key {key}".encode()).hexdigest()[:12]

"""Sessions of requesters: who has proved a contact by a one-time code comes back with a token.

The token is sealed: neither browser nor program reads who it is of. It opens what is his own and
nothing else; a tracking code and its proof go on to open a ticket without one.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from chassis.errors import Unauthenticated
from chassis.identity import Identity
from gateway.pages.sealing import seal, unseal

PREFIX: Final = "pgr_"
_PURPOSE: Final = "requester session"


class RequesterSession(msgspec.Struct, frozen=True, kw_only=True):
    """A requester who has proved who he is."""

    id: str
    requester: str
    #: When he proved it, and until when he need not again; seconds since 1970.
    since: float
    expires: float

    @property
    def identity(self) -> Identity:
        """What the services are told about who calls."""
        return Identity(subject=f"requester:{self.requester}", role="requester")


class RequesterSessions:
    """Opens sessions of requesters and reads their tokens."""

    def __init__(
        self,
        keys: Sequence[str],
        *,
        idle_seconds: float,
        keep_seconds: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._keys = keys
        self._idle_seconds = idle_seconds
        self._keep_seconds = keep_seconds
        self._clock = clock

    def open(self, requester: str) -> RequesterSession:
        """Give a new session."""
        now = self._clock()
        return RequesterSession(
            id=secrets.token_urlsafe(16),
            requester=requester,
            since=now,
            expires=now + min(self._idle_seconds, self._keep_seconds),
        )

    def renewed(self, session: RequesterSession) -> RequesterSession:
        """Give the same session, good for a while from now on, but not for ever."""
        until = min(self._clock() + self._idle_seconds, session.since + self._keep_seconds)
        return msgspec.structs.replace(session, expires=until)

    def token(self, session: RequesterSession) -> str:
        """Give what he comes back with."""
        return PREFIX + seal(session, _PURPOSE, self._keys)

    def read(self, token: str) -> RequesterSession:
        """Give the session of a token; raises Unauthenticated."""
        sealed = token.removeprefix(PREFIX)
        session = unseal(sealed, RequesterSession, _PURPOSE, self._keys)
        if session is None or session.expires <= self._clock():
            raise Unauthenticated("session_expired")
        return session

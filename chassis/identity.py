"""Who calls: what the gateway vouches for, and how it is signed between processes."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence

import msgspec

from chassis.errors import Forbidden, Unauthenticated
from contracts.rights import Scope, scope_of


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """The one a call is made for."""

    #: `person:{id}`, `requester:{id}`, `key:{id}`, `system:{service}` or `anonymous`.
    subject: str
    role: str
    unit: str | None = None
    tier: int | None = None

    def scope(self, right: str) -> Scope | None:
        """Give the scope in which the identity has the right, or None."""
        return scope_of(self.role, right)

    def require(self, right: str) -> Scope:
        """Give the scope of a right; raises Forbidden where there is none."""
        scope = self.scope(right)
        if scope is None:
            raise Forbidden("right_missing", right=right)
        return scope


_KEY_CHARACTERS = 32
#: Passes kept after they were checked; only a bound on memory.
_REMEMBERED = 10_000

ANONYMOUS = Identity(subject="anonymous", role="anonymous")


class _Pass(msgspec.Struct, frozen=True, array_like=True):
    """What is signed: the identity and when it runs out, in seconds since 1970."""

    identity: Identity
    expires: float


class Signer:
    """Signs identities with the first key and accepts those signed with any: keys can rotate."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys or any(len(key) < _KEY_CHARACTERS for key in keys):
            raise ValueError("call keys need 32 characters or more")
        self._keys = [key.encode() for key in keys]
        self._known: dict[str, _Pass] = {}

    def sign(self, identity: Identity, *, now: float, seconds: float = 60.0) -> str:
        """Give a pass for the identity, good for some seconds."""
        body = msgspec.json.encode(_Pass(identity, now + seconds))
        return base64.urlsafe_b64encode(self._mac(self._keys[0], body) + body).decode()

    def verify(self, token: str, *, now: float) -> Identity:
        """Give the identity of a pass; raises Unauthenticated."""
        known = self._known.get(token)
        if known is None:
            known = self._read(token)
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[token] = known
        if known.expires < now:
            raise Unauthenticated("pass_expired")
        return known.identity

    def _read(self, token: str) -> _Pass:
        try:
            raw = base64.urlsafe_b64decode(token.encode("ascii"))
            mac, body = raw[:32], raw[32:]
            if any(hmac.compare_digest(mac, self._mac(key, body)) for key in self._keys):
                return msgspec.json.decode(body, type=_Pass)
        except (ValueError, msgspec.MsgspecError):
            pass
        raise Unauthenticated("pass_invalid")

    @staticmethod
    def _mac(key: bytes, body: bytes) -> bytes:
        return hmac.new(key, body, hashlib.sha256).digest()

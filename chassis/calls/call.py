"""One call as a service sees it."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import Protocol

import msgspec

from chassis.identity import Identity
from contracts.rights import Scope


class Call(msgspec.Struct, kw_only=True):
    """Who calls, under which key, when, and how long he waits."""

    method: str
    identity: Identity
    #: The idempotency key; commands always have one.
    key: str
    #: When it is handled, by the database's clock.
    now: datetime
    #: An importer's earlier time.
    at: datetime | None = None
    body: bytes = b""
    correlation: str | None = None
    #: Set when the key had come before and the answer is the first one's.
    repeated: bool = False

    @property
    def cause(self) -> str:
        """What a commit that this call leads to names as its cause."""
        return f"{self.identity.subject}:{self.method}:{self.key}"

    @property
    def digest(self) -> str:
        """A hash of the request: another one under the same key is refused."""
        return hashlib.blake2b(self.body, digest_size=16).hexdigest()

    def require(self, right: str) -> Scope:
        """Give the scope of the caller's right; raises Forbidden where he has none."""
        return self.identity.require(right)


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime: ...


class Doer(Protocol):
    """A service as one that does something itself."""

    @property
    def identity(self) -> Identity: ...
    @property
    def clock(self) -> Clock: ...


def own_call(doer: Doer, method: str, key: str | None = None) -> Call:
    """Give the call under which a service does something of its own accord.

    With a key it is the same whichever process does it, and when; without one it is new.
    """
    key = secrets.token_hex(8) if key is None else key
    return Call(method=method, identity=doer.identity, key=key, now=doer.clock.now())

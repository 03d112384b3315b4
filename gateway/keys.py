"""Keys of outside systems as the gateway takes them: `Authorization: Bearer pgk_{id}_{secret}`.

Routing is asked what a key opens, at most every half minute for each; where it does not answer, a
key that was good goes on to be for ten minutes. A revoked one ends at once, everywhere.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import time
from base64 import b32encode
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec

from chassis.errors import Unauthenticated, Unavailable
from chassis.identity import Identity
from chassis.logging import get_logger
from chassis.recent import Recent
from contracts.calls.routing import KeyGrant, OpenKey
from contracts.rights import key_role
from gateway.limits import Limits, network_of
from gateway.revocations import Revocations

PREFIX: Final = "pgk_"
_LONGEST: Final = 200
_FRESH: Final = 30.0
_GOOD_WHILE_AWAY: Final = 600.0
_KNOWN: Final = 1_000

log = get_logger(__name__)


class KeySession(msgspec.Struct, frozen=True, kw_only=True):
    """A system that has come with its key."""

    id: str
    identity: Identity
    #: Seconds since 1970; absent: until it is revoked.
    expires: float | None


class Keys:
    """Lets systems in."""

    def __init__(
        self,
        ask: Callable[[OpenKey], Awaitable[KeyGrant]],
        limits: Limits,
        revocations: Revocations,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._ask = ask
        self._limits = limits
        self._revocations = revocations
        self._clock = clock
        self._known: Recent[str, tuple[float, KeyGrant]] = Recent(_KNOWN)

    async def open(self, key: str, address: str) -> KeySession:
        """Give the session of a key; raises Unauthenticated, TooMany or Unavailable."""
        name, _, secret = key[:_LONGEST].removeprefix(PREFIX).rpartition("_")
        if not name or not secret:
            raise Unauthenticated("key_invalid")
        grant = await self._grant(name, digest_of(key), address)
        session = KeySession(
            id=grant.id,
            identity=Identity(subject=f"key:{grant.id}", role=key_role(grant.rights)),
            expires=grant.until.timestamp() if grant.until else None,
        )
        if not self.is_good(session) or not _is_from(grant.addresses, address):
            log.info("key_refused", key=grant.id, address=address)
            raise Unauthenticated("key_invalid")
        return session

    def is_good(self, session: KeySession) -> bool:
        """Tell whether a key that was let in is still good."""
        ended = session.expires is not None and session.expires <= self._clock()
        return not ended and not self._revocations.has_ended_key(session.id)

    async def _grant(self, name: str, digest: str, address: str) -> KeyGrant:
        asked_at, grant = self._known.get(digest) or (0.0, None)
        age = self._clock() - asked_at
        if grant is not None and age <= _FRESH:
            return grant
        await self._limits.spend(key=network_of(address))
        try:
            grant = await self._ask(_question(name, digest))
        except Unavailable:
            if grant is None or age > _GOOD_WHILE_AWAY:
                raise
            return grant
        self._known.keep(digest, (self._clock(), grant))
        return grant


def secret_for(key: str, command: str, signing_key: str) -> str:
    """Give the text of a new key; the same again for the same command, so that it can be repeated.

    The command's name has to be one that nobody guesses.
    """
    named = f"system key {key} {command}".encode()
    digest = hmac.new(signing_key.encode(), named, hashlib.sha256).digest()
    return f"{PREFIX}{key}_{b32encode(digest).decode().rstrip('=').lower()}"


def digest_of(key: str) -> str:
    """Give what is kept of a key."""
    return hashlib.sha256(key.encode()).hexdigest()


def _question(name: str, digest: str) -> OpenKey:
    try:
        return msgspec.convert({"id": name, "digest": digest}, OpenKey)
    except msgspec.ValidationError:
        raise Unauthenticated("key_invalid") from None


def _is_from(addresses: list[str], address: str) -> bool:
    """Tell whether an address is one of those, or in one of those networks."""
    if not addresses:
        return True
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    found = getattr(found, "ipv4_mapped", None) or found
    return any(found in ipaddress.ip_network(each, strict=False) for each in addresses)

"""Keys of outside systems: making, rotating and revoking them, and telling what one opens.

Nobody gives a key a right that he does not have himself. An unknown key, a wrong secret, a key
that has expired or was revoked get one and the same refusal.
"""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec.structs import replace

from chassis.calls.call import Call
from chassis.clock import as_utc
from chassis.errors import Conflict, FieldFault, Forbidden, Invalid, NotFound, Unauthenticated
from chassis.journal import Aggregates
from contracts.calls.routing import KeyGrant, KeyTerms, MakeKey, OpenKey, RotateKey, SystemKey
from contracts.rights import KEY_RIGHTS
from contracts.routing import KeyChanged
from services.routing.domain.records import Record
from services.routing.handlers.organisation import Change, record_change
from services.routing.repository.system_keys import KeyLine, Secret, SystemKeys

Streams = Aggregates[Record]
_SECRET = "secret"  # noqa: S105 - the name of a field


def make(request: MakeKey, call: Call, streams: Streams, keys: SystemKeys) -> SystemKey:
    """Make a key; raises Conflict, Forbidden, Invalid."""
    known = keys.of(request.id)
    if known is not None:
        if known.secrets[0].digest == request.digest:
            return view(known)
        raise Conflict("key_exists")
    if faults := list(_faults_of(request, call.now)):
        raise Invalid("definition_invalid", fields=faults)
    for right in request.rights:
        if call.identity.scope(right) != "all":
            raise Forbidden("right_missing", right=right)
    line = KeyLine(
        id=request.id,
        title=request.title,
        rights=sorted(set(request.rights)),
        addresses=request.addresses,
        made_at=_whole(call.now),
        made_by=call.identity.subject,
        expires_at=as_utc(request.expires_at) if request.expires_at else None,
        secrets=[Secret(digest=request.digest)],
    )
    given = ("expires_at", "addresses")
    changed = [name for name in given if getattr(line, name)]
    return _saved(line, ["title", "rights", *changed, _SECRET], call, streams, keys)


def rotate(request: RotateKey, call: Call, streams: Streams, keys: SystemKeys) -> SystemKey:
    """Give a key another secret; the one before stays good for a while. Raises Conflict."""
    line = _known(request.id, keys)
    if not line.active:
        raise Conflict("key_revoked")
    newest = line.secrets[0]
    if newest.digest == request.digest:
        return view(line)
    end = call.now + timedelta(seconds=request.overlap)
    before = [Secret(digest=newest.digest, until=end)] if request.overlap else []
    now = _whole(call.now)
    line = replace(line, secrets=[Secret(digest=request.digest), *before], rotated_at=now)
    return _saved(line, [_SECRET], call, streams, keys)


def revoke(key: str, call: Call, streams: Streams, keys: SystemKeys) -> SystemKey:
    """End a key for good; its id is never given again."""
    line = _known(key, keys)
    if not line.active:
        return view(line)
    line = replace(line, active=False, revoked_at=_whole(call.now))
    return _saved(line, ["active"], call, streams, keys)


def opened(request: OpenKey, now: datetime, keys: SystemKeys) -> KeyGrant:
    """Tell what a key opens, and keep the hour of its use; raises Unauthenticated."""
    line = keys.of(request.id)
    secret = _fitting(line, request.digest) if line else None
    if line is None or secret is None or not line.active:
        raise Unauthenticated("key_invalid")
    ends = [end for end in (line.expires_at, secret.until) if end is not None]
    if any(end <= now for end in ends):
        raise Unauthenticated("key_invalid")
    hour = now.replace(minute=0, second=0, microsecond=0)
    if line.last_used is None or line.last_used < hour:
        keys.note_use(line.id, hour)
    return KeyGrant(
        id=line.id,
        rights=line.rights,
        addresses=line.addresses,
        until=min(ends, default=None),
    )


def view(line: KeyLine) -> SystemKey:
    """Show a key, and nothing of its secrets."""
    kept = SystemKey.__struct_fields__
    return SystemKey(**{field: getattr(line, field) for field in kept})


def _saved(
    line: KeyLine, fields: list[str], call: Call, streams: Streams, keys: SystemKeys
) -> SystemKey:
    changed = KeyChanged(active=line.active, rights=line.rights, fields=fields)
    outcome = streams.execute(f"key:{line.id}", record_change, Change(changed), call)
    keys.save(replace(line, version=outcome.version))
    return view(line)


def _known(key: str, keys: SystemKeys) -> KeyLine:
    line = keys.of(key)
    if line is None:
        raise NotFound("key_not_found")
    return line


def _fitting(line: KeyLine, digest: str) -> Secret | None:
    return next((s for s in line.secrets if hmac.compare_digest(s.digest, digest)), None)


def _faults_of(request: KeyTerms, now: datetime) -> Iterator[FieldFault]:
    for number, right in enumerate(request.rights):
        if right not in KEY_RIGHTS:
            yield FieldFault(pointer=f"/rights/{number}", code="right_not_for_keys")
    for number, address in enumerate(request.addresses):
        try:
            ipaddress.ip_network(address, strict=False)
        except ValueError:
            yield FieldFault(pointer=f"/addresses/{number}", code="malformed")
    if request.expires_at is not None and as_utc(request.expires_at) <= now:
        yield FieldFault(pointer="/expires_at", code="in_the_past")


def _whole(instant: datetime) -> datetime:
    return instant.replace(microsecond=0)

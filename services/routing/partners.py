"""Partners outside: defining them, and what is shown of them; what they send is in `hearing`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from chassis import webhooks
from chassis.calls.call import Call
from chassis.errors import FieldFault, Invalid
from chassis.journal import Aggregates
from contracts.calls.routing import (
    DefinePartner,
    KeyView,
    OutsideWork,
    PartnerLink,
    PartnerView,
)
from contracts.routing import PartnerChanged
from services.routing.domain.organisation import Organisation
from services.routing.domain.records import Record
from services.routing.domain.ticket import Ticket
from services.routing.handlers.organisation import Change, record_change
from services.routing.repository.partners import Key, PartnerLine, Partners

#: How long the secret before the newest stays good.
_KEPT = timedelta(days=1)
_ACTOR = "partner:"


def define(
    request: DefinePartner,
    call: Call,
    *,
    streams: Aggregates[Record],
    partners: Partners,
    organisation: Organisation,
) -> PartnerView:
    """Add or change a partner; raises Invalid."""
    before = partners.lines([request.id]).get(request.id)
    line = _line(request, before, call.now)
    _check(line, organisation)
    stream = f"{_ACTOR}{request.id}"
    outcome = streams.execute(stream, record_change, Change(_changed(before, line)), _bare(call))
    partners.save(msgspec.structs.replace(line, version=outcome.version))
    return view(line)


def view(line: PartnerLine) -> PartnerView:
    """Show a partner; of its secrets only by what they can be told apart."""
    return PartnerView(
        id=line.id,
        title=line.title,
        kind=line.kind,
        address=line.address,
        email=line.email,
        language=line.language,
        unit=line.unit,
        ends=line.ends,
        fields=line.fields,
        subject=line.subject,
        active=line.active,
        sending_keys=_shown(line.sending),
        receiving_keys=_shown(line.receiving),
    )


def link(line: PartnerLine, now: datetime) -> PartnerLink:
    """Give how a partner is reached, for who sends."""
    return PartnerLink(
        id=line.id,
        title=line.title,
        kind=line.kind,
        address=line.address,
        email=line.email,
        language=line.language,
        fields=line.fields,
        active=line.active,
        version=line.version,
        secrets=[key.secret for key in line.sending if key.is_good(now)],
    )


def outside_of(ticket: Ticket) -> OutsideWork | None:
    """Show the work that a partner has, or had last."""
    token = ticket.outside
    if token is None:
        return None
    return OutsideWork(
        handoff=token.handoff,
        partner=token.partner,
        by=token.by,
        since=token.since,
        open=token.is_open,
        reference=token.reference,
        state=token.state,
        due_at=token.due_at,
        heard_at=token.heard_at,
        outcome=token.outcome,
    )


def _line(request: DefinePartner, before: PartnerLine | None, now: datetime) -> PartnerLine:
    fields = msgspec.structs.asdict(request)
    sending, receiving = fields.pop("sending_secret"), fields.pop("receiving_secret")
    return PartnerLine(
        **fields,
        sending=_with(before.sending if before else [], sending, now),
        receiving=_with(before.receiving if before else [], receiving, now),
    )


def _with(keys: Sequence[Key], secret: str | None, now: datetime) -> list[Key]:
    """Give the secrets with a new one, which sets an end to the newest of them."""
    good = [key for key in keys if key.is_good(now)]
    if secret is None or any(key.secret == secret and key.until is None for key in good):
        return good
    ending = [key if key.until else msgspec.structs.replace(key, until=now + _KEPT) for key in good]
    return [Key(secret=secret, since=now), *ending]


def _check(line: PartnerLine, organisation: Organisation) -> None:
    faults = []
    if line.unit is not None and line.unit not in organisation.units:
        faults.append(("/unit", "unit_unknown"))
    if line.kind == "email":
        needed: dict[str, Any] = {"/email": line.email}
    else:
        needed = {"/address": line.address, "/sending_secret": line.sending}
    if line.subject is not None:
        needed |= {"/email": line.email, "/receiving_secret": line.receiving}
    faults += [(pointer, "required") for pointer, value in needed.items() if not value]
    for name, keys in (("/sending_secret", line.sending), ("/receiving_secret", line.receiving)):
        if keys and not webhooks.is_secret(keys[0].secret):
            faults.append((name, "malformed"))
    if faults:
        found = [FieldFault(pointer=pointer, code=code) for pointer, code in faults]
        raise Invalid("request_invalid", fields=found)


def _changed(before: PartnerLine | None, after: PartnerLine) -> PartnerChanged | None:
    was, is_ = _comparable(before), _comparable(after)
    fields = [name for name, value in is_.items() if name not in was or was[name] != value]
    if not fields:
        return None
    return PartnerChanged(kind=after.kind, active=after.active, unit=after.unit, fields=fields)


def _comparable(line: PartnerLine | None) -> dict[str, Any]:
    """Give what a change is told by; of secrets the newest, as an older one ends by itself."""
    if line is None:
        return {}
    fields = msgspec.structs.asdict(line)
    for name in ("id", "version"):
        del fields[name]
    for name, keys in (("sending", line.sending), ("receiving", line.receiving)):
        del fields[name]
        fields[f"{name}_secret"] = keys[0].secret if keys else None
    return fields


def _bare(call: Call) -> Call:
    """Give the call as if no secret were in it: the journal keeps a hash of what was asked."""
    document = msgspec.json.decode(call.body)
    kept = {name: value for name, value in document.items() if not name.endswith("_secret")}
    return msgspec.structs.replace(call, body=msgspec.json.encode(kept))


def _shown(keys: Sequence[Key]) -> list[KeyView]:
    return [
        KeyView(fingerprint=webhooks.fingerprint(key.secret), since=key.since, until=key.until)
        for key in keys
    ]

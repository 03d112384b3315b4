"""What partners outside send: proved, read, and taken once.

A message counts only when it was signed with a secret of its partner just now. An unknown partner,
a wrong signature and an old message get one and the same refusal.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from chassis import webhooks
from chassis.calls.call import Call
from chassis.errors import FieldFault, Forbidden, Invalid, NotFound, Permanent, Unauthenticated
from chassis.identity import Identity
from chassis.journal import Aggregates
from contracts import partners as wire
from contracts.calls.routing import Heard, PartnerRequest, SignedMessage, TakeIn
from services.routing import handlers
from services.routing.actions import refer_to
from services.routing.domain.ticket import Ticket
from services.routing.repository.partners import PartnerLine, Partners
from services.routing.repository.texts import Texts

_ACTOR = "partner:"


def hear(
    request: SignedMessage,
    call: Call,
    *,
    partners: Partners,
    tickets: Aggregates[Ticket],
    texts: Texts,
) -> Heard:
    """Take what a partner tells of our ticket, once per message id."""
    line, message = _read(request, partners, call.now)
    data = message.data
    code = (data.your_ticket or "").replace("-", "")
    if message.type in wire.ASKING or not _is_code(code):
        raise NotFound("handoff_unknown")
    told = _once(request, call)
    bodies = {"text": data.text} if data.text else {}
    refs = refer_to(bodies, stream=code, cause=told.cause)
    said = handlers.PartnerSaid(
        partner=line.id,
        said=message.type.removeprefix(wire.PREFIX),  # type: ignore[arg-type]  # one of `Telling`
        handoff=data.handoff,
        reference=data.ticket,
        state=data.state,
        due_at=data.due_at,
        number=data.number,
        text=refs.get("text"),
    )
    texts.keep(code, refs, bodies, at=call.now)
    try:
        outcome = tickets.execute(code, handlers.hear_partner, said, told)
    except Permanent:
        texts.forget(refs)
        raise
    if not outcome.events and not outcome.repeated:
        texts.forget(refs)
    call.repeated = told.repeated
    return Heard(code=code, version=outcome.version)


def asked(
    request: SignedMessage, call: Call, *, partners: Partners, tickets: Aggregates[Ticket]
) -> PartnerRequest:
    """Read a message of a partner who has work done here; who asks sees to the rest."""
    if call.identity.role != "service":
        raise Forbidden("right_missing", right="ticket.register_for")
    line, message = _read(request, partners, call.now)
    data = message.data
    if message.type not in wire.ASKING or line.subject is None or line.email is None:
        raise NotFound("handoff_unknown")
    if data.handoff is None or data.ticket is None:
        fault = FieldFault(pointer="/data/handoff", code="required")
        raise Invalid("request_invalid", fields=[fault])
    found = tickets.find({"client": f"{line.id}:{data.handoff}"}, limit=1)
    if not found and message.type != "handoff.requested":
        raise NotFound("handoff_unknown")
    return PartnerRequest(
        partner=line.id,
        name=line.title.get(line.language) or next(iter(line.title.values()), line.id),
        email=line.email,
        subject=line.subject,
        language=data.language or line.language,
        type=message.type,
        handoff=data.handoff,
        reference=data.ticket,
        title=data.title or data.ticket,
        description=data.description or data.text or data.title or data.ticket,
        text=data.text,
        generation=data.generation or 0,
        code=found[0].stream if found else None,
    )


def take_in(request: TakeIn, call: Call, *, tickets: Aggregates[Ticket]) -> Heard:
    """Record that a ticket is a partner's hand-off; the door has checked who it comes from."""
    kind, _, partner = call.identity.subject.partition(":")
    if kind != "partner" or not partner:
        raise Forbidden("right_missing", right="ticket.register_for")
    taken = handlers.Taken(
        partner=partner,
        handoff=request.handoff,
        reference=request.reference,
        generation=request.generation,
    )
    outcome = tickets.execute(request.code, handlers.take_in, taken, call)
    return Heard(code=request.code, version=outcome.version)


def _read(
    request: SignedMessage, partners: Partners, now: datetime
) -> tuple[PartnerLine, wire.Message]:
    """Give who sent a message, and what it says; raises Unauthenticated or Invalid."""
    line = partners.lines([request.partner]).get(request.partner)
    body = request.body.encode()
    signed = webhooks.Signed(request.id, request.timestamp, request.signature, body)
    known = [key.secret for key in line.receiving if key.is_good(now)] if line else []
    try:
        webhooks.check(signed, known, now=now)
    except webhooks.WrongSignature:
        raise Unauthenticated("partner_refused") from None
    if line is None or not line.active:
        raise Unauthenticated("partner_refused")
    try:
        return line, msgspec.json.decode(body, type=wire.Message)
    except (msgspec.MsgspecError, RecursionError) as error:
        why = str(error) if isinstance(error, msgspec.ValidationError) else ""
        fault = FieldFault(pointer="", code="malformed", params={"why": why})
        raise Invalid("request_invalid", fields=[fault]) from None


def _once(request: SignedMessage, call: Call) -> Call:
    """Give the call as the partner's own, once per message id, whatever time an attempt bears."""
    identity = Identity(subject=f"{_ACTOR}{request.partner}", role="partner")
    return msgspec.structs.replace(call, identity=identity, key=request.id, body=b"")


def _is_code(text: str) -> bool:
    return len(text) == len("000000000000") and text.isascii() and text.isdecimal()

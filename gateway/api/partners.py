"""The door for partners outside: signed messages about work that is handed over.

Who has work done here asks for it by the same door: its ticket is registered, its messages are
those of the ticket's requester, and calling the work back withdraws it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Header, Path, Request, Response

from chassis import webhooks
from chassis.errors import Conflict, Invalid, NotFound
from chassis.identity import Identity
from contracts import partners as wire
from contracts.calls.base import Answer
from contracts.calls.intake import (
    AddMessage,
    Contacts,
    Message,
    Registered,
    RegisterTicket,
    Requester,
    RequesterData,
)
from contracts.calls.routing import Act, Heard, PartnerRequest, SignedMessage, TakeIn, TicketView
from gateway.access import Anyone
from gateway.answers import REF_TEMPLATE, SCHEMAS, answered, gives
from gateway.caller import Caller
from gateway.limits import network_of

router = APIRouter(prefix="/api/v1/partners", tags=["partners"])

_LONGEST_TITLE: Final = 200
#: The door vouches for what it has found out itself.
_DOOR: Final = Identity(subject="system:partners", role="service")


class TakenMessage(Answer, frozen=True):
    """A message was taken, now or at an earlier attempt."""

    #: Our code of the work.
    ticket: str


def _described() -> dict[str, Any]:
    """Describe the body, which is read by itself: what is signed is its bytes."""
    _, components = msgspec.json.schema_components((wire.Message,), ref_template=REF_TEMPLATE)
    renamed = {"Message": "PartnerMessage", "Data": "PartnerData", "Person": "PartnerPerson"}
    text = msgspec.json.encode(components).decode()
    for name, other in renamed.items():
        text = text.replace(f'/{name}"', f'/{other}"')
    known = msgspec.json.decode(text)
    SCHEMAS.update({renamed.get(name, name): schema for name, schema in known.items()})
    content: dict[str, Any] = {
        "schema": {"$ref": REF_TEMPLATE.format(name="PartnerMessage")},
        "examples": {name: {"value": value} for name, value in EXAMPLES.items()},
    }
    return {"requestBody": {"required": True, "content": {"application/json": content}}}


EXAMPLES: Final[Mapping[str, dict[str, Any]]] = {
    "closed": {
        "type": "handoff.closed",
        "timestamp": "2026-11-22T09:30:00Z",
        "data": {
            "your_ticket": "481920374652",
            "ticket": "INC-20817",
            "number": 4,
            "state": "resolved",
            "text": "کابل فیبر تعویض شد.",
        },
    },
    "requested": {
        "type": "handoff.requested",
        "timestamp": "2026-11-22T08:10:00Z",
        "data": {
            "handoff": "5b0e2c9d41f7a683",
            "ticket": "INC-20817",
            "title": "قطع خط",
            "description": "خط ارتباطی شعبه از صبح قطع است.",
            "due_at": "2026-11-23T12:00:00Z",
        },
    },
}


@router.post(
    "/{id}/events",
    status_code=202,
    operation_id="take_partner_message",
    summary="Take a partner's message",
    responses=gives(
        TakenMessage, status=202, description="Taken.", example={"ticket": "481920374652"}
    ),
    openapi_extra=_described(),
)
async def take_partner_message(
    id: Annotated[str, Path(max_length=64, description="Whose message it is.")],  # noqa: A002 - the name in the address
    request: Request,
    caller: Anyone,
    _webhook_id: Annotated[
        str,
        Header(
            alias=webhooks.ID,
            max_length=256,
            description="Names this message: sent again with it, nothing happens twice.",
            examples=["8b1f0a6c52d94e37"],
        ),
    ] = "",
    _webhook_timestamp: Annotated[
        str,
        Header(
            alias=webhooks.TIMESTAMP,
            max_length=32,
            description="When it is sent, in seconds since 1970; good for five minutes.",
            examples=["1795338600"],
        ),
    ] = "",
    _webhook_signature: Annotated[
        str,
        Header(
            alias=webhooks.SIGNATURE,
            max_length=2048,
            description="`v1,` and the HMAC-SHA256 of `{id}.{timestamp}.{body}` in base64; "
            "several, parted by spaces, while secrets rotate.",
        ),
    ] = "",
) -> Response:
    """Take a signed message (Standard Webhooks), once per `webhook-id`.

    An unknown partner, a wrong signature and an old message get one and the same refusal.
    """
    await caller.spend(partner=network_of(caller.address))
    message = _as_sent(id, request, await request.body())
    door = caller.acting_as(_DOOR)
    door.key = message.id or door.key
    if _type_of(message.body) in wire.ASKING:
        code = await _asked(door, message)
    else:
        code = (await door.command("routing", "hear_partner", message, Heard)).code
    return answered(TakenMessage(ticket=code), status=202, headers=door.replay_headers())


def _as_sent(partner: str, request: Request, body: bytes) -> SignedMessage:
    signed = webhooks.signed(request.headers, body)
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise Invalid("not_json") from None
    return SignedMessage(
        partner=partner,
        id=signed.id,
        timestamp=signed.timestamp,
        signature=signed.signature,
        body=text,
    )


class _Type(msgspec.Struct):
    type: str = ""


def _type_of(body: str) -> str:
    """Give what a message says it is, before it is proved: whom to ask, no more."""
    try:
        return msgspec.json.decode(body, type=_Type).type
    except (msgspec.MsgspecError, RecursionError):
        return ""


async def _asked(door: Caller, message: SignedMessage) -> str:
    """Do what a partner asks of us; gives the code of its ticket."""
    asked = await door.query("routing", "partner_request", message, PartnerRequest)
    return await _DO[asked.type](door, asked)


async def _register(door: Caller, asked: PartnerRequest) -> str:
    """Register the partner's ticket, and record whose it is."""
    if asked.code is not None:
        return asked.code
    partner = door.acting_as(Identity(subject=f"partner:{asked.partner}", role="partner"))
    request = RegisterTicket(
        subject=asked.subject,
        title=asked.title[:_LONGEST_TITLE],
        description=asked.description,
        requester=RequesterData(name=asked.name[:_LONGEST_TITLE], email=asked.email),
        channel="api",
        language="en" if asked.language == "en" else "fa",
    )
    registered = await partner.command("intake", "register_ticket", request, Registered)
    taken = TakeIn(
        code=registered.code,
        handoff=asked.handoff,
        reference=asked.reference,
        generation=asked.generation,
    )
    await partner.command("routing", "take_in", taken, Heard)
    door.replayed = partner.replayed
    return registered.code


async def _write(door: Caller, asked: PartnerRequest) -> str:
    """Take what the partner writes as its ticket's requester."""
    code, requester = await _ticket(door, asked)
    if asked.text is not None:
        request = AddMessage(code=code, proof=requester.email or "-", text=asked.text)
        await door.command("intake", "add_message", request, Message)
    return code


async def _withdraw(door: Caller, asked: PartnerRequest) -> str:
    """Take the partner's request back; nothing where the work is done by now."""
    code, requester = await _ticket(door, asked)
    himself = door.acting_as(Identity(subject=f"requester:{requester.id}", role="requester"))
    arguments = {"reason": asked.text} if asked.text else {}
    request = Act(code=code, action="withdraw", arguments=arguments)
    try:
        await himself.command("routing", "act", request, TicketView)
    except Conflict as error:
        if error.code != "action_not_allowed_now":
            raise
    door.replayed = himself.replayed
    return code


async def _ticket(door: Caller, asked: PartnerRequest) -> tuple[str, Requester]:
    """Give the partner's ticket, and under which contact it was registered."""
    if asked.code is None:
        raise NotFound("handoff_unknown")
    contacts = Contacts(tickets=[asked.code])
    found = await door.query("intake", "contacts", contacts, dict[str, Requester])
    if asked.code not in found:
        raise NotFound("handoff_unknown")
    return asked.code, found[asked.code]


_DO: Final[Mapping[str, Callable[[Caller, PartnerRequest], Awaitable[str]]]] = {
    "handoff.requested": _register,
    "handoff.written": _write,
    "handoff.recalled": _withdraw,
}

"""What intake's events say of a ticket: how it came, and how often its requester wrote again."""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec.structs import replace

from chassis.decisions import Evolution
from contracts.envelope import Answered
from contracts.intake import TicketMessageReceived, TicketRegistered


class Request(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a ticket came."""

    #: Absent until `ticket.registered` is known; no figure counts the ticket before.
    registered_at: datetime | None = None
    subject: str = ""
    kind: str = ""
    channel: str = ""
    segment: str = ""
    imported: bool = False
    messages: int = 0
    first_message_at: datetime | None = None
    #: The form that was filled in, and of its answers what is counted.
    form: str = ""
    figures: dict[str, Answered] = {}


REQUEST = Evolution(Request)


@REQUEST.on(TicketRegistered)
def registered(request: Request, event: TicketRegistered, at: datetime) -> Request:
    return replace(
        request,
        registered_at=at,
        subject=event.subject,
        kind=event.kind,
        channel=event.channel,
        segment=event.segment,
        imported=event.imported,
        form=event.form.id if event.form else "",
        figures=event.figures,
    )


@REQUEST.on(TicketMessageReceived)
def message_received(request: Request, _event: TicketMessageReceived, at: datetime) -> Request:
    first = request.first_message_at or at
    return replace(request, messages=request.messages + 1, first_message_at=first)

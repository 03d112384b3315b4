"""A ticket as intake knows it: what was registered, and what the requester wrote since.

Where the work stands is routing's to say; the texts are in erasable documents.
"""

from datetime import UTC, datetime

import msgspec

from chassis.decisions import Evolution
from contracts.intake import FormRef, TicketMessageReceived, TicketRegistered


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """A message of the requester; its text has the same id."""

    id: str
    at: datetime
    channel: str


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """The fold of a ticket's stream; before its first event it holds nothing of worth."""

    subject: str = ""
    kind: str = ""
    channel: str = ""
    requester: str = ""
    segment: str = ""
    language: str = ""
    registered_at: datetime = datetime.min.replace(tzinfo=UTC)
    registered_by: str | None = None
    messages: tuple[Received, ...] = ()
    form: FormRef | None = None


TICKETS = Evolution(Ticket)


@TICKETS.on(TicketRegistered)
def registered(_state: Ticket, event: TicketRegistered, at: datetime) -> Ticket:
    """Begin the ticket."""
    return Ticket(
        subject=event.subject,
        kind=event.kind,
        channel=event.channel,
        requester=event.requester,
        segment=event.segment,
        language=event.language,
        registered_at=at,
        registered_by=event.registered_by,
        form=event.form,
    )


@TICKETS.on(TicketMessageReceived)
def message_received(state: Ticket, event: TicketMessageReceived, at: datetime) -> Ticket:
    """Add the message."""
    received = Received(id=event.message.id, at=at, channel=event.channel)
    return msgspec.structs.replace(state, messages=(*state.messages, received))

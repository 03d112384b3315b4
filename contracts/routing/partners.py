"""Work that is with a partner outside: sent, spoken of, come back; and work that came from one.

A hand-off is a token with an id: it stays open until the partner closes it or it is called back.
"""

from datetime import datetime
from typing import Literal

from contracts.envelope import ContentRef, Event, event
from contracts.routing.flows import Wording

PartnerKind = Literal["webhook", "email", "peygir"]
#: What a partner may say about a hand-off.
Said = Literal["accepted", "referenced", "progressed", "asked", "answered", "closed", "rejected"]
Outcome = Literal["closed", "rejected", "recalled"]


@event("partner.changed", by="routing")
class PartnerChanged(Event):
    """A partner outside was added or changed; stream `partner:{id}`."""

    kind: PartnerKind
    active: bool
    #: Names of the fields that are others now; `sending_secret` says no more than that.
    fields: list[str]
    unit: str | None = None


class HandoffEvent(Event):
    """Base of the events about one hand-off."""

    handoff: str
    partner: str
    kind: PartnerKind


@event("ticket.sent_out", by="routing")
class TicketSentOut(HandoffEvent):
    """The work went to a partner; what the ticket is meanwhile, the event after it says."""

    by: str
    #: The unit that the partner stands for.
    unit: str | None = None
    #: The ticket ends with it; else it waits for the partner.
    ends: bool = False
    reason: ContentRef | None = None
    #: What the ticket's workflow tells the partner, where it hands over by itself.
    note: Wording | None = None
    #: How many tickets came of one another by themselves before the one that the partner makes; 0
    #: where somebody handed it over.
    generation: int = 0


@event("ticket.partner_written", by="routing")
class TicketPartnerWritten(HandoffEvent):
    """The partner is written to: an answer to its question, or by ourselves."""

    by: str
    text: ContentRef


@event("ticket.partner_heard", by="routing")
class TicketPartnerHeard(HandoffEvent):
    """The partner told something."""

    said: Said
    #: How the partner calls the work, from then on.
    reference: str | None = None
    #: The state of the work there, in the partner's own word.
    outside_state: str | None = None
    #: When the partner means to be done.
    due_at: datetime | None = None
    #: Counts what the partner tells: what was overtaken on the way changes nothing.
    number: int | None = None
    text: ContentRef | None = None


@event("ticket.taken_back", by="routing")
class TicketTakenBack(HandoffEvent):
    """The hand-off is closed: the work is ours again."""

    by: str
    outcome: Outcome
    held_seconds: float
    #: What the partner proposes to answer, or why it refused; only the owner tells the requester.
    proposal: ContentRef | None = None


@event("ticket.taken_in", by="routing")
class TicketTakenIn(Event):
    """A partner asked for this ticket by a hand-off of its own, and is told how it goes."""

    partner: str
    #: The partner's id of the hand-off.
    handoff: str
    #: How the partner calls its ticket.
    reference: str
    #: How many tickets came of one another by themselves before this one.
    generation: int = 0

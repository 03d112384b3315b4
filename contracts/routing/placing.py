"""Where the work is: opened, owned, given, passed on, returned."""

from datetime import datetime
from typing import Literal

from contracts.envelope import Answered, ContentRef, Event, event
from contracts.routing.state import StateEvent

#: Why work was taken from who had it: he did nothing about it in time, or he has left.
TakenBecause = Literal["unreacted", "left"]


@event("ticket.opened", by="routing")
class TicketOpened(StateEvent):
    """The case was opened: what later decisions about it need of what intake registered."""

    subject: str
    kind: str
    channel: str
    requester: str
    segment: str
    language: str
    workflow: str
    #: The ticket stays on the version it was opened with.
    workflow_version: int
    imported: bool = False
    #: The version of the routing rules that decided; 0: from before they had versions.
    rules: int = 0
    #: The unit of the staff member who registered it for the requester.
    registered_in: str | None = None
    #: What conditions may ask of the form that was filled in at registering.
    answers: dict[str, Answered] = {}
    #: Groups of words that it mentions.
    mentions: list[str] = []


@event("ticket.tagged", by="routing")
class TicketTagged(Event):
    """Tags were put on the ticket or taken off, by somebody or by the rules."""

    added: list[str]
    removed: list[str] = []
    #: Absent: the rules did.
    by: str | None = None


@event("ticket.owned", by="routing")
class TicketOwned(Event):
    """A desk agent became the owner: the one name the requester sees, to the end."""

    owner: str
    unit: str
    #: Who owned it and has left.
    from_owner: str | None = None
    #: For whom the new owner stands in as long as he is on leave.
    instead_of: str | None = None


@event("ticket.assigned", by="routing")
class TicketAssigned(StateEvent):
    """The work went to a person."""

    assignee: str
    unit: str
    tier: int
    from_assignee: str | None = None
    #: Id of the routing rule that decided; absent when a person did.
    rule: str | None = None
    #: Points of capacity that the ticket takes from now on; absent: as before, at first 1.
    weight: int | None = None
    #: What its next assignee should be able to do, and how he is chosen.
    skill: str | None = None
    strategy: str | None = None
    #: When the work goes to the next, unless the assignee has done something about it.
    react_by: datetime | None = None
    #: Why it was taken from `from_assignee`, when nobody did so by hand.
    because: TakenBecause | None = None


@event("ticket.queued", by="routing")
class TicketQueued(StateEvent):
    """The work waits in a team's queue for the next free person."""

    unit: str
    tier: int
    from_assignee: str | None = None
    rule: str | None = None
    #: What the next free person must be able to do.
    skill: str | None = None
    #: Work that comes back to somebody who is full waits for this person alone.
    for_person: str | None = None
    weight: int | None = None
    strategy: str | None = None
    #: How far before others its segment is served here; absent: in turn.
    rank: int | None = None
    because: TakenBecause | None = None


@event("ticket.prioritised", by="routing")
class TicketPrioritised(Event):
    """The priority was set: 1 (highest) to 5."""

    priority: int
    rule: str | None = None


@event("ticket.referred", by="routing")
class TicketReferred(Event):
    """The assignee passed the work on; the referral is a token that must come back."""

    referral: str
    by: str
    to_unit: str
    to_tier: int
    to_person: str | None = None
    reason: ContentRef | None = None


@event("ticket.escalated", by="routing")
class TicketEscalated(Event):
    """The work went to a higher tier, as a referral; the requester is told in plain words."""

    referral: str
    by: str
    from_tier: int
    to_tier: int
    to_unit: str
    reason: ContentRef | None = None


@event("ticket.returned", by="routing")
class TicketReturned(Event):
    """A referral came back, with a proposed answer or without."""

    referral: str
    by: str
    to: str
    held_seconds: float
    proposal: ContentRef | None = None
    #: For whom `to` stands in as long as he is on leave.
    instead_of: str | None = None

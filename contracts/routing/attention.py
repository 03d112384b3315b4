"""Who looks after a ticket beside its owner and assignee: asked, reminded, mentioned, following."""

from datetime import datetime
from typing import Literal

from contracts.envelope import ContentRef, Event, event

#: What a follower may be told of: answers to the requester, changes of state, what he writes.
News = Literal["answers", "states", "messages"]


@event("ticket.unit_asked", by="routing")
class TicketUnitAsked(Event):
    """A unit, or one person in it, was asked something; the requester does not see it."""

    question: str
    by: str
    unit: str
    person: str | None = None
    text: ContentRef | None = None
    #: Who is told of it.
    told: list[str] = []


@event("ticket.unit_replied", by="routing")
class TicketUnitReplied(Event):
    """A question to a unit was answered, or taken back by who asked it."""

    question: str
    by: str
    unit: str
    open_seconds: float
    text: ContentRef | None = None
    withdrawn: bool = False
    #: Who had asked, or owns the ticket where a clock had.
    to: str | None = None


@event("ticket.chased", by="routing")
class TicketChased(Event):
    """Who has the work, or was asked something, was reminded of it."""

    by: str
    unit: str | None
    #: How often by now, and for how long it has been there.
    times: int
    open_seconds: float
    #: Absent: whoever leads the unit, because nobody has taken it yet.
    person: str | None = None
    #: The question that he was asked; absent: it is about the work.
    question: str | None = None
    #: Who is told of it.
    told: list[str] = []


@event("ticket.mentioned", by="routing")
class TicketMentioned(Event):
    """Colleagues were named in a note: they may read the ticket from now on."""

    by: str
    persons: list[str]
    note: ContentRef


@event("ticket.followed", by="routing")
class TicketFollowed(Event):
    """A colleague follows the ticket, or wants to be told of other things than before."""

    person: str
    news: list[News]


@event("ticket.unfollowed", by="routing")
class TicketUnfollowed(Event):
    """A colleague follows the ticket no longer."""

    person: str


@event("ticket.snoozed", by="routing")
class TicketSnoozed(Event):
    """Somebody wants the ticket out of his inbox until then."""

    person: str
    until: datetime


@event("ticket.woken", by="routing")
class TicketWoken(Event):
    """The ticket is in somebody's inbox again, because the time has come or he wants it so."""

    person: str

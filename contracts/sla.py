"""What sla tells: clocks started, paused, warned of, broken or met.

A ticket has one clock per target of its agreement (`first_response`, `resolution`, ...). Seconds
of a target are business seconds of the clock's calendar.
"""

from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from contracts.envelope import Event, event

#: Whom an agreement may have told. The ticket names the first three; the others are held for its
#: unit, or for the nearest unit above that has one.
ROLES = ("assignee", "owner", "responsible", "supervisor", "service_manager")


class Rung(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whom one step of a ladder tells, how, and how long he has to say that he has taken note."""

    #: One of `ROLES`; `responsible` are assignee and owner.
    role: str
    channel: Literal["sms", "email", "push"]
    #: Which of those who hold the role, counted from 1 in the order of their ids; absent: all.
    holder: Annotated[int, Meta(ge=1, le=20)] | None = None
    #: When nobody has acknowledged for so long, the next step follows. Absent: only when the
    #: message reaches nobody.
    acknowledge_within: timedelta | None = None


class Notice(Rung):
    """Whom a mark tells, and how: the first step at once, then one after the other."""

    then: Annotated[list[Rung], Meta(max_length=10)] = []
    #: Told in quiet hours too.
    urgent: bool = False


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """When a mark comes, as long as the clock runs on."""

    #: Per cent of the target.
    mark: int
    at: datetime


class TicketFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What an agreement was chosen by; unit and priority are not known at registering."""

    subject: str
    kind: str
    channel: str
    segment: str
    priority: int | None = None
    unit: str | None = None


@event("sla.started", by="sla")
class SlaStarted(Event):
    """A clock runs; the versions of its agreement and calendar stay with the ticket."""

    clock: str
    agreement: str
    agreement_version: int
    calendar: str
    target_seconds: float
    started_at: datetime
    due_at: datetime
    calendar_version: int = 1
    alarms: list[Alarm] = []
    facts: TicketFacts | None = None
    #: Judged by the times of its events alone; nobody is told.
    imported: bool = False


@event("sla.paused", by="sla")
class SlaPaused(Event):
    """The clock stands still: time is somebody else's."""

    clock: str
    #: Who holds it now: `requester`, `supplier` or `unit`; `nobody` once the work is done.
    held_by: str
    left_seconds: float


@event("sla.resumed", by="sla")
class SlaResumed(Event):
    """The clock runs again, with the time that was left."""

    clock: str
    due_at: datetime
    paused_seconds: float
    #: The marks that have not come yet.
    alarms: list[Alarm] = []


@event("sla.warned", by="sla")
class SlaWarned(Event):
    """A mark before the target was passed."""

    clock: str
    #: Per cent of the target.
    mark: int
    alarm_at: datetime
    due_at: datetime
    left_seconds: float
    notices: list[Notice]


@event("sla.breached", by="sla")
class SlaBreached(Event):
    """The target was missed."""

    clock: str
    mark: int
    alarm_at: datetime
    due_at: datetime
    priority: int
    notices: list[Notice]
    #: False when the services that could know of an answer were out of reach.
    confirmed: bool = True


@event("sla.breach_withdrawn", by="sla")
class SlaBreachWithdrawn(Event):
    """A breach proved false: what stopped the clock in time was recorded, but not yet known."""

    clock: str
    stopped_at: datetime


@event("sla.met", by="sla")
class SlaMet(Event):
    """The target was reached in time, or late after a breach (`late_seconds` > 0)."""

    clock: str
    stopped_at: datetime
    elapsed_seconds: float
    late_seconds: float


@event("sla.cancelled", by="sla")
class SlaCancelled(Event):
    """The clock ended without a verdict: the ticket was withdrawn, declined or merged."""

    clock: str
    reason: str
    #: What a reopened ticket goes on with.
    left_seconds: float = 0.0

"""What sla tells: what it saw of a ticket; clocks started, paused, warned of, broken or met.

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


class Action(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a mark wants done with the work; routing does what the ticket's workflow allows."""

    do: Literal["escalate", "prioritise", "reassign", "question", "move"]
    #: For `prioritise`: 1 (highest) to 5.
    priority: Annotated[int, Meta(ge=1, le=5)] | None = None
    #: Where the work goes, or who is asked; absent: one tier up, or the unit that has the work.
    unit: str | None = None
    tier: Annotated[int, Meta(ge=1, le=9)] | None = None
    #: For `move`: one of the actions that the ticket's workflow has of its own.
    action: str | None = None


class Alarm(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When a mark comes, as long as the clock runs on."""

    #: Per cent of the target.
    mark: int
    at: datetime
    #: `left:900` or `after:3600`, for a mark so many seconds before or after the target.
    label: str | None = None


class TicketFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What an agreement was chosen by; unit and priority are not known at registering."""

    subject: str
    kind: str
    channel: str
    segment: str
    priority: int | None = None
    unit: str | None = None


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What a clock goes by."""

    agreement: str
    agreement_version: int
    calendar: str
    calendar_version: int
    target_seconds: float


#: What a clock may go by. `asked`: the requester wrote; `held`: the work came to a unit and tier;
#: `moved`: another step, with nothing else; `ended`: withdrawn, declined, merged or handed off;
#: `questioned` and `replied`: another unit (`held_by`) was asked something, and has answered.
Observed = Literal[
    "registered",
    "asked",
    "held",
    "prioritised",
    "moved",
    "waiting",
    "resumed",
    "answered",
    "done",
    "sent_back",
    "finished",
    "reopened",
    "ended",
    "questioned",
    "replied",
]


@event("sla.observed", by="sla")
class SlaObserved(Event, omit_defaults=True):
    """What happened to the ticket that a clock may go by; the ticket's course is made of these.

    Fields say what is new; all observations together say under any agreement when a clock ran.
    """

    what: Observed
    #: Where the ticket stands from now on.
    state: str | None = None
    step: str | None = None
    unit: str | None = None
    tier: int | None = None
    #: Who is waited for: `requester`, `supplier` or `unit`.
    held_by: str | None = None
    priority: int | None = None
    #: How it ended: `withdrawn`, `declined`, `merged` or `handed_off`.
    reason: str | None = None
    facts: TicketFacts | None = None
    #: Number of the last publication that the ticket goes by.
    published: int | None = None
    imported: bool = False
    #: The agreement that holds from now on, where that is another one than before; version 0 says
    #: that none holds any more.
    agreement: str | None = None
    agreement_version: int | None = None


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
    #: Where time had been used when the clock came to be: what was left then.
    left_seconds: float | None = None


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


@event("sla.replanned", by="sla")
class SlaReplanned(Event):
    """The clock goes by other terms from now on; time used until now stays used."""

    clock: str
    #: `calendar`: a new version was published; `agreement`: another one holds for the ticket now.
    reason: Literal["calendar", "agreement"]
    #: The publication of the calendar, or what made the other agreement hold.
    replanned_at: datetime
    before: Terms
    after: Terms
    #: Business seconds used so far, by the terms before.
    used_seconds: float
    due_at: datetime
    #: When it had been due until now.
    due_before: datetime
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
    label: str | None = None


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


@event("sla.overdue", by="sla")
class SlaOverdue(Event):
    """A mark after the target was passed: it is still not reached."""

    clock: str
    #: Per cent of the target, more than 100.
    mark: int
    alarm_at: datetime
    due_at: datetime
    late_seconds: float
    priority: int
    notices: list[Notice]
    label: str | None = None


@event("sla.demanded", by="sla")
class SlaDemanded(Event):
    """A mark that has come wants something done with the work."""

    clock: str
    mark: int
    alarm_at: datetime
    actions: list[Action]
    label: str | None = None
    #: Where it is no mark of a clock that has come but a timer of the ticket's workflow.
    timer: str | None = None


@event("sla.breach_withdrawn", by="sla")
class SlaBreachWithdrawn(Event):
    """A breach proved false: what stopped the clock in time was recorded, but not yet known."""

    clock: str
    stopped_at: datetime
    #: Marks that are ahead again beside the target itself.
    alarms: list[Alarm] = []


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


@event("sla.reason_given", by="sla")
class SlaReasonGiven(Event):
    """Somebody said why a target was missed, by a word of the agreement's list."""

    clock: str
    reason: str
    by: str


@event("sla.exception_requested", by="sla")
class SlaExceptionRequested(Event):
    """Somebody asks that a breach be not counted, as the agreement provides."""

    clock: str
    reason: str
    by: str


@event("sla.exception_decided", by="sla")
class SlaExceptionDecided(Event):
    """Whoever may decide agreed, or not; an agreed breach is left out of verdict figures."""

    clock: str
    approved: bool
    by: str


class ExpectedStep(msgspec.Struct, frozen=True, kw_only=True):
    """When a ticket is expected to come to a step that lies ahead."""

    step: str
    at: datetime


class Basis(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an expected instant rests on."""

    #: Which tickets were taken for like ones: those of the `subject`, of the `kind`, or `all`;
    #: `target`: the agreement's own; `elapsed`: it takes longer than anything that is known.
    of: Literal["subject", "kind", "all", "target", "elapsed"]
    #: How many of them.
    samples: int = 0
    #: The share of like tickets that ended within such a time.
    quantile: float = 0.0
    #: Open tickets of the unit against what is usual there.
    load: float = 1.0


@event("sla.expected", by="sla")
class SlaExpected(Event, omit_defaults=True):
    """When the ticket is expected to end, by what like tickets took; or that it is not then."""

    expected_at: datetime
    #: What led here: an observation, `looked_at` half way to the instant, or `slipped` at it.
    why: Observed | Literal["looked_at", "slipped"]
    basis: Basis
    #: When it is looked at again, if nothing happens before.
    look_at: datetime
    #: What was expected until now.
    was: datetime | None = None
    #: The steps ahead, in their order, where the flow is a line of them.
    steps: list[ExpectedStep] = []


@event("sla.foretold", by="sla")
class SlaForetold(Event):
    """The end is expected so much later, or earlier, that the requester is to be told."""

    expected_at: datetime
    #: What he was told last.
    was: datetime


@event("sla.timer_set", by="sla")
class SlaTimerSet(Event):
    """When a timer of the ticket's workflow comes; told again when its calendar has changed."""

    timer: str
    #: What routing is asked to do then.
    action: str
    title: dict[str, str]
    #: The step that it is bound to; absent: it holds until the ticket ends.
    step: str | None
    at: datetime
    #: Its whole time, and from when on what is left of it counts by this calendar.
    target_seconds: float
    since: datetime
    left_seconds: float
    #: Absent where no calendar is known: then every hour counts.
    calendar: str | None = None
    calendar_version: int = 0


@event("sla.timer_ended", by="sla")
class SlaTimerEnded(Event):
    """A timer is not waited for any more."""

    timer: str

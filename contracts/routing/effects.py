"""What a workflow wants done by itself: later, or beside the ticket."""

from datetime import datetime
from typing import Literal

from contracts.envelope import Answered, Event, event
from contracts.routing.flows import Wording


@event("ticket.timer_set", by="routing")
class TicketTimerSet(Event):
    """An action of the workflow's own is to be done by itself, unless the ticket goes on before."""

    timer: str
    #: As the workflow calls it.
    action: str
    title: Wording
    #: So much time of the calendar that holds for the ticket, from `since` on.
    seconds: float
    since: datetime
    #: The step that it is bound to; absent: it holds until the ticket ends.
    step: str | None = None


@event("ticket.timer_ended", by="routing")
class TicketTimerEnded(Event):
    """A timer is over: its time had come, or the ticket goes by another version of its workflow."""

    timer: str
    why: Literal["came", "migrated"]


@event("ticket.effect_refused", by="routing")
class TicketEffectRefused(Event):
    """What a workflow wanted done by itself could not be done here and now."""

    effect: Literal["timer", "start", "hand_off"]
    #: The action that was to be done, the subject of the ticket that was to be started, the partner
    #: that was to get the work.
    name: str
    #: The refusal's code, such as `action_not_allowed_now`.
    reason: str
    #: Which start it was, where it was asked for before.
    start: str | None = None


@event("ticket.start_asked", by="routing")
class TicketStartAsked(Event):
    """The workflow wants another ticket started, for the same requester."""

    start: str
    subject: str
    #: With `{code}`, `{title}` and `{description}` of this ticket where they stand.
    title: Wording
    description: Wording
    workflow: str | None = None
    #: Answers to the subject's form, by field.
    answers: dict[str, Answered] = {}
    #: How many tickets started one another before that one.
    generation: int = 1


@event("ticket.started", by="routing")
class TicketStarted(Event):
    """The other ticket is there, and linked with this one."""

    start: str
    ticket: str
    subject: str


@event("ticket.begun_by", by="routing")
class TicketBegunBy(Event):
    """The workflow of another ticket had this one started."""

    ticket: str
    generation: int

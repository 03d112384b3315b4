"""What routing tells: where the work is, and what was done about it.

`state` is one of the kinds every workflow shares (`STATES`); `step` is the workflow's own name for
where the ticket stands, equal to `state` in the default workflow.
"""

from typing import Literal

from contracts.envelope import ContentRef, Event, event

State = Literal[
    "new",
    "in_progress",
    "waiting",
    "done",
    "finished",
    "declined",
    "withdrawn",
    "merged",
    "handed_off",
]
STATES: tuple[State, ...] = State.__args__  # type: ignore[attr-defined]
#: States in which nothing more is owed to the requester.
ENDED: frozenset[State] = frozenset({"finished", "declined", "withdrawn", "merged", "handed_off"})


class StateEvent(Event):
    """Base of the events that tell the state the ticket is in afterwards."""

    state: State
    step: str


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


@event("ticket.owned", by="routing")
class TicketOwned(Event):
    """A desk agent became the owner: the one name the requester sees, to the end."""

    owner: str
    unit: str


@event("ticket.assigned", by="routing")
class TicketAssigned(StateEvent):
    """The work went to a person."""

    assignee: str
    unit: str
    tier: int
    from_assignee: str | None = None
    #: Id of the routing rule that decided; absent when a person did.
    rule: str | None = None


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


@event("ticket.prioritised", by="routing")
class TicketPrioritised(Event):
    """The priority was set: 1 (highest) to 5."""

    priority: int
    rule: str | None = None


@event("ticket.triaged", by="routing")
class TicketTriaged(StateEvent):
    """Found admissible; `ticket.declined` is the other outcome of a triage."""

    by: str


@event("ticket.declined", by="routing")
class TicketDeclined(StateEvent):
    """Found not admissible, with a reason that the requester is told."""

    by: str
    reason: ContentRef


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


@event("ticket.waiting", by="routing")
class TicketWaiting(StateEvent):
    """The work cannot go on until somebody else has done something."""

    waiting_for: Literal["requester", "supplier", "unit"]
    by: str
    question: ContentRef | None = None


@event("ticket.resumed", by="routing")
class TicketResumed(StateEvent):
    """What was waited for has come."""

    by: str
    waited_seconds: float


@event("ticket.work_logged", by="routing")
class TicketWorkLogged(Event):
    """Somebody logged work; everything but the text and the duration is stamped by the system."""

    person: str
    unit: str
    tier: int
    #: `user_problem`, `user_error`, `software_fault`, `development`, `training`, ...
    work_group: str
    touch_seconds: int
    #: In rials, from the person's hourly rate at that time.
    cost: int
    note: ContentRef | None = None


@event("ticket.noted", by="routing")
class TicketNoted(Event):
    """An internal note was written; the requester does not see it."""

    by: str
    note: ContentRef


@event("ticket.demand_refused", by="routing")
class TicketDemandRefused(Event):
    """What a mark of a clock wanted done could not be done here and now."""

    clock: str
    #: Per cent of the target.
    mark: int
    #: `escalate`, `prioritise`, `reassign` or `question`.
    action: str
    #: The refusal's code, such as `action_not_allowed_now`.
    reason: str


@event("ticket.answered", by="routing")
class TicketAnswered(Event):
    """The owner wrote to the requester."""

    by: str
    answer: ContentRef
    #: The first public answer, which stops the first-response clock.
    first: bool


@event("ticket.done", by="routing")
class TicketDone(StateEvent):
    """The work is done as the assignee sees it; waits for approval where the workflow asks."""

    by: str
    result: str


@event("ticket.sent_back", by="routing")
class TicketSentBack(StateEvent):
    """The approver was not content; the work goes on."""

    by: str
    reason: ContentRef | None = None


@event("ticket.finished", by="routing")
class TicketFinished(StateEvent):
    """Approved or closed: the end, unless it is reopened."""

    by: str
    result: str


@event("ticket.reopened", by="routing")
class TicketReopened(StateEvent):
    """An ended ticket came back to life."""

    by: str
    from_state: State
    #: How often this ticket has been reopened, this time included.
    times: int
    reason: ContentRef | None = None


@event("ticket.withdrawn", by="routing")
class TicketWithdrawn(StateEvent):
    """The requester, or the desk on his word, took the request back."""

    by: str
    reason: ContentRef | None = None


@event("ticket.rated", by="routing")
class TicketRated(Event):
    """The requester rated the result: 1 (worst) to 5."""

    score: int
    comment: ContentRef | None = None


@event("ticket.merged", by="routing")
class TicketMerged(StateEvent):
    """The ticket ended by becoming part of another one."""

    by: str
    into: str


@event("ticket.handed_off", by="routing")
class TicketHandedOff(StateEvent):
    """Another system took the ticket over, under a reference of its own."""

    by: str
    to: str
    reference: str


@event("person.changed", by="routing")
class PersonChanged(Event):
    """A staff member was added or changed; stream `person:{id}`."""

    unit: str
    tier: int
    role: str
    active: bool
    fields: list[str]


@event("unit.changed", by="routing")
class UnitChanged(Event):
    """A unit was added or changed; stream `unit:{id}`."""

    parent: str | None
    active: bool

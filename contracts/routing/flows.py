"""What happens to a ticket by its own workflow: steps of its own, tasks, approvals, forms."""

from typing import Literal

from contracts.envelope import Answered, ContentRef, Event, event
from contracts.routing.state import StateEvent

#: A text of the workflow's definition, by language.
Wording = dict[str, str]


@event("ticket.moved", by="routing")
class TicketMoved(StateEvent):
    """An action of the workflow's own was done, or the ticket went on by itself.

    Where that leads to a state with an event of its own (`ticket.waiting`, `ticket.done`, ...),
    that event follows, and this one stands where the ticket was.
    """

    #: As the workflow calls it; `passed` or `failed` once tasks or approvals are settled.
    action: str
    by: str
    from_step: str
    #: What the workflow calls the action; absent where the ticket went on by itself.
    title: Wording | None = None
    comment: ContentRef | None = None
    #: What the requester is told of the new step.
    tells: Wording | None = None


@event("ticket.form_filled", by="routing")
class TicketFormFilled(Event):
    """Somebody filled in a form that a step asks for; the answers are kept apart."""

    form: str
    form_version: int
    by: str
    answers: ContentRef
    #: What conditions may ask of the answers: ids, choices, numbers, dates; no texts.
    values: dict[str, Answered] = {}
    #: Of the answers marked `reportable`, what is counted, as in `ticket.registered`.
    figures: dict[str, Answered] = {}


@event("ticket.task_opened", by="routing")
class TicketTaskOpened(Event):
    """A piece of the step's work was opened for a team; the ticket stays where it is."""

    #: As the step calls it.
    task: str
    step: str
    unit: str
    tier: int
    title: Wording
    skill: str | None = None
    #: Who had it before, and has left.
    from_assignee: str | None = None


@event("ticket.task_assigned", by="routing")
class TicketTaskAssigned(Event):
    """A task went to a person."""

    task: str
    assignee: str
    unit: str
    tier: int
    from_assignee: str | None = None


@event("ticket.task_done", by="routing")
class TicketTaskDone(Event):
    """A task was settled: done, or refused with a reason."""

    task: str
    by: str
    outcome: Literal["done", "refused"]
    comment: ContentRef | None = None


@event("ticket.task_cancelled", by="routing")
class TicketTaskCancelled(Event):
    """A task that was still open is not needed any more: the ticket left the step."""

    task: str
    assignee: str | None = None


@event("ticket.approval_asked", by="routing")
class TicketApprovalAsked(Event):
    """The step waits for the consent of those named, a seat each."""

    step: str
    #: `role:manager`, `unit:finance/supervisor`, `supervisor@it`, `person:sara`, ...
    seats: list[str]
    needs: int
    in_order: bool = False
    #: Whose deed is to be approved; he himself may not.
    doer: str | None = None
    #: Who is told that his turn has come, as the organisation is now.
    told: list[str] = []


@event("ticket.approval_given", by="routing")
class TicketApprovalGiven(Event):
    """Somebody took a seat and said what he thinks."""

    #: Counted from 0 in `seats`.
    seat: int
    by: str
    verdict: Literal["approved", "refused"]
    reason: ContentRef | None = None
    #: In whose place, as long as he is on leave.
    instead_of: str | None = None
    #: Whose turn it is now, where they speak one after the other.
    told: list[str] = []


@event("ticket.notice_asked", by="routing")
class TicketNoticeAsked(Event):
    """A transition wants somebody told."""

    role: str
    text: Wording


@event("ticket.migrated", by="routing")
class TicketMigrated(StateEvent):
    """The ticket goes on by another version of its workflow."""

    workflow: str
    workflow_version: int
    from_version: int
    from_step: str
    by: str

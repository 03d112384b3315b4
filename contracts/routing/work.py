"""What is said and done while the ticket lives."""

from typing import Literal

from contracts.envelope import ContentRef, Event, event
from contracts.routing.state import StateEvent


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
    #: The parent whose answer this is, told to the requester of each child.
    via: str | None = None

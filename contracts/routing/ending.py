"""How a ticket is found admissible, ends, and comes back to life."""

from contracts.envelope import ContentRef, Event, event
from contracts.routing.state import State, StateEvent


@event("ticket.triaged", by="routing")
class TicketTriaged(StateEvent):
    """Found admissible; `ticket.declined` is the other outcome of a triage."""

    by: str


@event("ticket.declined", by="routing")
class TicketDeclined(StateEvent):
    """Found not admissible, with a reason that the requester is told."""

    by: str
    reason: ContentRef


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

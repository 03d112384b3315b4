"""What routing can be asked about how teams stand at this moment."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from contracts.calls.base import Answer, Limit, Request, Slug
from contracts.calls.routing.attendance import Colleague
from contracts.calls.routing.attention import Away

#: Where one band of age ends and the next begins, in hours since a ticket was registered. Band 0
#: is younger than the first, the last band older than all of them.
AGE_HOURS = (4, 24, 72, 168)
Age = Annotated[int, Meta(ge=0, le=len(AGE_HOURS))]


class GetBoard(Request):
    """Query `board`: how units stand now. Answers `Board`."""

    #: Where today begins.
    midnight: datetime
    #: With those below it; absent: every unit whose tickets the caller may read.
    unit: Slug | None = None


class OpenCount(Answer):
    """How many open tickets of a unit are in a state and of an age."""

    #: Absent: with no unit yet.
    unit: str | None
    state: str
    #: The band of `AGE_HOURS`.
    age: int
    tickets: int
    #: Those of them that wait for a free person.
    queued: int


class AwayTicket(Answer):
    """Work that its owner has passed on, and with whom it is."""

    code: str
    owner: str | None
    away: Away


class Board(Answer):
    """How units stand."""

    #: Of which it tells, as the caller may read them.
    units: list[str]
    counts: list[OpenCount]
    #: Tickets of these units that were registered since midnight, and that have ended since.
    registered: int
    ended: int
    #: Who works there, by unit and id.
    people: list[Colleague]
    #: The work that has been with others longest.
    away: list[AwayTicket]


class ListOpen(Request):
    """Query `board_tickets`: the tickets behind a figure of the board. Answers `TicketPage`.

    The oldest first.
    """

    unit: Slug | None = None
    state: str | None = None
    age: Age | None = None
    queued: bool = False
    #: Out with others.
    away: bool = False
    assignee: Slug | None = None
    limit: Limit = 50
    cursor: str | None = None

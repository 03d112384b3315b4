"""How teams stand now, put together: counts and people from routing, clocks from sla."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, time
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response

from contracts.calls.base import Answer
from contracts.calls.nearest import GetNearest, Nearest
from contracts.calls.routing import ListTickets, TicketPage
from contracts.calls.routing.board import AGE_HOURS, Board, GetBoard, ListOpen
from gateway.access import allow
from gateway.answers import TicketLine, TicketList, answered, gives
from gateway.caller import Caller
from gateway.composition import with_titles
from gateway.documents import Slug
from gateway.json_bodies import StrictRoute

router = APIRouter(prefix="/api/v1/board", tags=["reports"], route_class=StrictRoute)

Overseer = Annotated[Caller, allow("report.read")]
Unit = Annotated[Slug | None, Query(description="With the units below it; absent: all of one's.")]
#: Late and coming clocks that a board shows.
SHOWN: Final = 8
#: As many codes as routing and intake tell of at once.
_MOST: Final = 200


class BoardAnswer(Answer, frozen=True):
    """How units stand now."""

    at: datetime
    board: Board
    #: Absent while sla does not answer.
    clocks: Nearest | None
    #: The tickets that `clocks` and `board.away` name, as far as the caller may read them.
    tickets: dict[str, TicketLine]
    unavailable: list[str] = []


@router.get(
    "",
    operation_id="get_board",
    summary="How teams stand now",
    responses=gives(BoardAnswer),
)
async def get_board(caller: Overseer, unit: Unit = None) -> Response:
    """Give open tickets by state and age, clocks near and late, loads, and what is out."""
    return answered(await collected(caller, unit))


@router.get(
    "/tickets",
    operation_id="list_board_tickets",
    summary="The tickets behind a figure of the board",
    responses=gives(TicketList),
)
async def list_board_tickets(  # noqa: PLR0913, PLR0917 - one parameter per filter of the address
    caller: Overseer,
    unit: Unit = None,
    state: Annotated[Slug | None, Query(description="Only in this state.")] = None,
    age: Annotated[
        int | None, Query(ge=0, le=len(AGE_HOURS), description="Only of this band of age.")
    ] = None,
    queued: Annotated[bool, Query(description="Only what waits for a free person.")] = False,  # noqa: FBT002 - a query parameter
    away: Annotated[bool, Query(description="Only what is out with others.")] = False,  # noqa: FBT002
    assignee: Annotated[Slug | None, Query(description="Only the work of this person.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Response:
    """Give open tickets, the oldest first."""
    request = ListOpen(
        unit=unit,
        state=state,
        age=age,
        queued=queued,
        away=away,
        assignee=assignee,
        limit=limit,
        cursor=cursor,
    )
    return answered(await listed(caller, request))


async def collected(caller: Caller, unit: str | None, shown: int = SHOWN) -> BoardAnswer:
    """Give the board of a unit, or of all that the caller looks after."""
    now = datetime.now(UTC)
    zone = ZoneInfo(caller.gateway.settings.zone)
    midnight = datetime.combine(now.astimezone(zone), time(), zone)
    request = GetBoard(unit=unit, midnight=midnight)
    board = await caller.query("routing", "board", request, Board)
    wanted = GetNearest(units=board.units, limit=shown)
    clocks = await caller.optional("sla", "nearest", wanted, Nearest)
    near = [clock.code for clock in (*clocks.overdue, *clocks.coming)] if clocks else []
    codes = list(dict.fromkeys([*near, *(ticket.code for ticket in board.away)]))
    tickets, unavailable = await _told(caller, codes)
    return BoardAnswer(
        at=now,
        board=board,
        clocks=clocks,
        tickets=tickets,
        unavailable=unavailable if clocks is not None else [*unavailable, "sla"],
    )


async def listed(caller: Caller, request: ListOpen) -> TicketList:
    """Give a page of open tickets with their titles."""
    page = await caller.query("routing", "board_tickets", request, TicketPage)
    lines, unavailable = await with_titles(caller, page.items)
    return TicketList(items=lines, next=page.next, unavailable=unavailable)


async def _told(caller: Caller, codes: list[str]) -> tuple[dict[str, TicketLine], list[str]]:
    """Give tickets by code, as many as can be asked for at once, and what does not answer."""
    parts = [codes[start : start + _MOST] for start in range(0, len(codes), _MOST)]
    requests = [ListTickets(codes=part, limit=_MOST) for part in parts]
    pages = await asyncio.gather(
        *(caller.query("routing", "tickets", request, TicketPage) for request in requests)
    )
    found = [await with_titles(caller, page.items) for page in pages]
    unavailable = {name for _, away in found for name in away}
    return {line.code: line for lines, _ in found for line in lines}, sorted(unavailable)

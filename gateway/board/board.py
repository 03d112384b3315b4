"""How teams stand now, at one glance; from every figure a way to its tickets."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from contracts.calls.routing.board import AGE_HOURS, ListOpen
from gateway.api.board import collected, listed
from gateway.board.standing import far_off, loads_of, table_of, teams_of, totals_of
from gateway.caller import Caller
from gateway.pages.staff import StaffRoute, allow_page, is_part, staff_page

router = APIRouter(prefix="/board", include_in_schema=False, route_class=StaffRoute)

Overseer = Annotated[Caller, allow_page("report.read")]

_SLUG: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_STATES: Final = ("new", "in_progress", "waiting", "done")
_CLOCKS: Final = ("overdue", "coming")
_CURSOR: Final = 500


@router.get("")
async def show(request: Request, caller: Overseer) -> Response:
    """Show the board; a script asks for its middle again and again."""
    unit = _slug(request, "unit")
    answer = await collected(caller, unit)
    names = await caller.names()
    board, table = answer.board, table_of(answer.board.counts)
    return staff_page(
        request,
        caller,
        "board/now.html" if is_part(request) else "board/board.html",
        answer=answer,
        directory=names,
        unit=unit,
        units=names.open_units(),
        totals=totals_of(board.counts),
        table=table,
        teams=teams_of(board.counts, board.units),
        loads=loads_of(board.people),
        ages=range(len(AGE_HOURS) + 1),
        far_off=lambda at: far_off((at - answer.at).total_seconds(), caller.language),
        tickets=lambda **chosen: _address(unit=unit, **chosen),
        here_again=_query(unit=unit),
    )


@router.get("/tickets")
async def tickets(request: Request, caller: Overseer) -> Response:
    """Show the tickets behind a figure."""
    wanted = _wanted(request)
    answer = await listed(caller, wanted)
    names = await caller.names()
    chosen = _chosen(wanted)
    return staff_page(
        request,
        caller,
        "board/tickets.html",
        answer=answer,
        directory=names,
        wanted=wanted,
        chosen=chosen,
        without=lambda name: _address(**{key: chosen[key] for key in chosen if key != name}),
        next_page=_address(**chosen, cursor=answer.next) if answer.next else None,
    )


@router.get("/clocks/{which}")
async def clocks(request: Request, caller: Overseer, which: str) -> Response:
    """Show every clock that is late, or comes due."""
    unit = _slug(request, "unit")
    which = which if which in _CLOCKS else _CLOCKS[0]
    answer = await collected(caller, unit, shown=100)
    return staff_page(
        request,
        caller,
        "board/clocks.html",
        answer=answer,
        directory=await caller.names(),
        unit=unit,
        which=which,
        shown=getattr(answer.clocks, which) if answer.clocks else [],
        count=answer.clocks.late if answer.clocks and which == "overdue" else None,
        far_off=lambda at: far_off((at - answer.at).total_seconds(), caller.language),
        here_again=_query(unit=unit),
    )


def _wanted(request: Request) -> ListOpen:
    """Read the filters of the address; what is none of ours is left out."""
    query = request.query_params
    state, age = query.get("state"), query.get("age", "")
    known_age = age.isascii() and age.isdigit() and int(age[:2]) <= len(AGE_HOURS)
    return ListOpen(
        unit=_slug(request, "unit"),
        state=state if state in _STATES else None,
        age=int(age[:2]) if known_age else None,
        queued=query.get("queued") == "1",
        away=query.get("away") == "1",
        assignee=_slug(request, "assignee"),
        cursor=query.get("cursor", "")[:_CURSOR] or None,
    )


def _chosen(wanted: ListOpen) -> dict[str, Any]:
    """Give the filters that are set, as an address has them."""
    given = {
        "unit": wanted.unit,
        "state": wanted.state,
        "age": wanted.age,
        "queued": 1 if wanted.queued else None,
        "away": 1 if wanted.away else None,
        "assignee": wanted.assignee,
    }
    return {name: value for name, value in given.items() if value is not None}


def _slug(request: Request, name: str) -> str | None:
    value = request.query_params.get(name, "")
    return value if _SLUG.fullmatch(value) else None


def _address(**chosen: Any) -> str:
    return f"/board/tickets{_query(**chosen)}"


def _query(**chosen: Any) -> str:
    given = {name: value for name, value in chosen.items() if value is not None}
    return f"?{urlencode(given)}" if given else ""

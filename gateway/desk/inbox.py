"""What one staff member has to look at: his work and his team's queue, live, with bulk actions."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Final
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from chassis.errors import Conflict, DomainError, Forbidden, NotFound
from contracts.calls.base import Nothing
from contracts.calls.routing import Act, Inbox, TicketView
from gateway.api.inbox import collected
from gateway.caller import Caller
from gateway.desk import bulk
from gateway.desk.arranging import PARTS, Row, Wanted, arranged, chips_of, rows_of
from gateway.desk.filters import shelf, shelf_of
from gateway.desk.spans import due_shown, span_shown, words
from gateway.errors import detail_of
from gateway.pages.forms import key_of, new_key, read_form
from gateway.pages.staff import StaffRoute, allow_page, is_part, staff_page
from gateway.setup.standing import is_to_be_set_up

router = APIRouter(prefix="/desk", include_in_schema=False, route_class=StaffRoute)

Reader = Annotated[Caller, allow_page("ticket.read")]

#: So many of a queue are tried one after the other when others are quicker.
_TRIES: Final = 5


@router.get("")
async def show(request: Request, caller: Reader) -> Response:
    """Show the inbox as its address asks; the set-up where there is nothing to ask for yet."""
    if await is_to_be_set_up(caller):
        return _led_to(request, "/admin/start")
    return await _shown(request, caller, Wanted.read(request.query_params.multi_items()))


@router.post("")
async def act(request: Request, caller: Reader) -> Response:
    """Do an action to what is selected, and show what became of it above the list."""
    wanted = Wanted.read(request.query_params.multi_items())
    outcome = await bulk.answer_to(request, caller)
    if isinstance(outcome, DomainError):
        fault = detail_of(outcome, caller.language)
        return await _shown(request, caller, wanted, status=outcome.status, fault=fault)
    return await _shown(request, caller, wanted, outcome=outcome)


@router.post("/next")
async def take_next(request: Request, caller: Reader) -> Response:
    """Claim the most urgent ticket of the queue that nobody else is quicker at, and go to it."""
    caller.key = key_of(await read_form(request))
    inbox = await caller.query("routing", "inbox", Nothing(), Inbox)
    free = [view.code for view in inbox.queue if "claim" in view.actions]
    for code in free[:_TRIES]:
        try:
            await caller.command("routing", "act", Act(code=code, action="claim"), TicketView)
        except (Conflict, Forbidden, NotFound):
            continue
        return _led_to(request, f"/desk/tickets/{code}")
    wanted = Wanted(part="queue")
    return await _shown(request, caller, wanted, nothing_next=True)


def _led_to(request: Request, path: str) -> Response:
    if is_part(request):
        return Response(status_code=204, headers={"hx-redirect": path})
    return RedirectResponse(path, status_code=303)


async def _shown(
    request: Request, caller: Caller, wanted: Wanted, *, status: int = 200, **said: Any
) -> Response:
    whole = not is_part(request)
    inbox, kept = await asyncio.gather(collected(caller), shelf_of(caller, when=whole))
    names = await caller.names()
    now, rows = datetime.now(UTC), rows_of(inbox)
    groups = arranged(rows, wanted, now)
    language = caller.language
    return staff_page(
        request,
        caller,
        "desk/inbox.html" if whole else "desk/inbox_list.html",
        status=status,
        wanted=wanted,
        groups=groups,
        counts={part: sum(row.part == part for row in rows) for part in PARTS},
        chips=chips_of(rows, wanted),
        subjects=sorted({row.line.subject for row in rows}),
        actions=bulk.offered(row.line for each in groups.values() for row in each),
        put_off=bulk.PUT_OFF,
        watched=" ".join(dict.fromkeys(row.code for row in rows)),
        unavailable=inbox.unavailable,
        who=names,
        span=lambda since: span_shown((now - since).total_seconds(), language),
        due=lambda at: due_shown(at, now, language),
        words=words(language),
        key=new_key(),
        **shelf(kept, "inbox", wanted.query, lambda query: _shown_by(query, rows)),
        **{"outcome": None, "fault": "", "nothing_next": False, **said},
    )


def _shown_by(query: str, rows: Sequence[Row]) -> int:
    """Tell how many rows the inbox shows under an address's query."""
    wanted = Wanted.read(parse_qsl(query))
    return sum(wanted.part in ("all", row.part) and wanted.takes(row) for row in rows)

"""All tickets that one may read, by state, unit, person and words; and what Ctrl-K finds."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Annotated, Any, Final, get_args
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter, Request, Response

from chassis.errors import DomainError
from contracts.calls.intake import SearchTickets
from contracts.calls.routing import ListTickets
from contracts.routing import State
from gateway.answers import TicketList
from gateway.api.inbox import due_of
from gateway.api.tickets import listed
from gateway.caller import Caller
from gateway.desk import bulk
from gateway.desk.arranging import Row
from gateway.desk.filters import found, path_of, shelf, shelf_of
from gateway.desk.spans import due_shown, span_shown, words
from gateway.errors import detail_of
from gateway.pages.forms import new_key
from gateway.pages.navigation import navigation_of
from gateway.pages.staff import StaffRoute, allow_page, is_part, staff_page
from gateway.texts import latin, text

router = APIRouter(prefix="/desk", include_in_schema=False, route_class=StaffRoute)

Reader = Annotated[Caller, allow_page("ticket.read")]

_PATH: Final = "/desk/tickets"
_PAGE: Final = 50
_FOUND: Final = 8
_MOST: Final = 200
_CODE_DIGITS: Final = 12
_STATES: Final = get_args(State)


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the list's address asks for; empty where it does not."""

    q: str = ""
    state: str = ""
    unit: str = ""
    assignee: str = ""
    cursor: str = ""

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is left out."""
        return bool(self.q or self.state or self.unit or self.assignee)

    def query(self, **changes: Any) -> str:
        """Give the query of the address that asks for the same with changes."""
        pairs = msgspec.structs.asdict(self) | changes
        return urlencode({name: value for name, value in pairs.items() if value})

    def to(self, **changes: Any) -> str:
        """Give the address that asks for the same with changes."""
        query = self.query(**changes)
        return f"{_PATH}?{query}" if query else _PATH

    @property
    def address(self) -> str:
        """The address that asks for this."""
        return self.to()

    @classmethod
    def read(cls, query: Any) -> Asked:
        """Read an address's query; what it cannot mean is left out."""
        given = {name: query.get(name, "").strip()[:_MOST] for name in ("q", "unit", "assignee")}
        state = query.get("state", "")
        cursor = query.get("cursor", "")[:500]
        return cls(**given, state=state if state in _STATES else "", cursor=cursor)


@router.get("/tickets")
async def show(request: Request, caller: Reader) -> Response:
    """Show a page of tickets, newest change first."""
    return await _shown(request, caller, Asked.read(request.query_params))


@router.post("/tickets")
async def act(request: Request, caller: Reader) -> Response:
    """Do an action to what is selected, and show what became of it above the list."""
    asked = Asked.read(request.query_params)
    outcome = await bulk.answer_to(request, caller)
    if isinstance(outcome, DomainError):
        fault = detail_of(outcome, caller.language)
        return await _shown(request, caller, asked, status=outcome.status, fault=fault)
    return await _shown(request, caller, asked, outcome=outcome)


@router.get("/find")
async def find(request: Request, caller: Reader, q: str = "") -> Response:
    """Answer the search of everything: a code, tickets, people, pages."""
    q = q.strip()[:_MOST]
    who = await caller.names()
    code = latin(q).replace("-", "").replace(" ", "")
    page, kept = await asyncio.gather(_tickets_found(caller, q), found(caller, q))
    places = [
        place
        for place in navigation_of(caller.identity, _PATH)
        if q in text(caller.language, f"navigation.{place.key}")
    ]
    return staff_page(
        request,
        caller,
        "desk/found.html",
        q=q,
        code=code if len(code) == _CODE_DIGITS and code.isdecimal() else "",
        lines=page.items,
        people=[each for each in who.colleagues() if q and q in each.name][:5],
        places=places,
        filters=[(each, path_of(each)) for each in kept],
        unavailable=page.unavailable,
        who=who,
    )


async def _tickets_found(caller: Caller, q: str) -> TicketList:
    if not q:
        return TicketList(items=[], next=None)
    try:
        return await listed(caller, ListTickets(limit=_FOUND), SearchTickets(text=q, limit=_FOUND))
    except DomainError:
        return TicketList(items=[], next=None, unavailable=["intake"])


async def _shown(
    request: Request, caller: Caller, asked: Asked, *, status: int = 200, **said: Any
) -> Response:
    wanted = ListTickets(
        state=asked.state or None,
        unit=asked.unit or None,
        assignee=asked.assignee or None,
        cursor=asked.cursor or None,
        limit=_PAGE,
    )
    search = SearchTickets(text=asked.q, limit=_MOST) if asked.q else None
    whole = not is_part(request)
    kept_query = shelf_of(caller, when=whole)
    page, kept = await asyncio.gather(listed(caller, wanted, search), kept_query)
    who = await caller.names()
    due = await due_of(caller, [line.code for line in page.items])
    now, language = datetime.now(UTC), caller.language
    return staff_page(
        request,
        caller,
        "desk/tickets.html" if whole else "desk/tickets_list.html",
        status=status,
        wanted=asked,
        rows=[Row(part="all", line=line, due=(due or {}).get(line.code)) for line in page.items],
        following=page.next,
        states=_STATES,
        actions=bulk.offered(page.items),
        put_off=bulk.PUT_OFF,
        unavailable=[*page.unavailable, *(["sla"] if due is None else [])],
        who=who,
        span=lambda since: span_shown((now - since).total_seconds(), language),
        due=lambda at: due_shown(at, now, language),
        words=words(language),
        key=new_key(),
        **shelf(kept, "tickets", asked.query(cursor="")),
        **{"outcome": None, "fault": "", **said},
    )

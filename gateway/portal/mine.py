"""My requests, by what they wait for: of who has come in all of his, else those of this browser."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from chassis.errors import DomainError, NotFound, Unavailable
from contracts.routing import ENDED
from gateway.access import Anyone
from gateway.answers import FollowedTicket, Foretold, OwnRequest
from gateway.api import requester, track
from gateway.caller import Caller
from gateway.limits import network_of
from gateway.pages.forms import read_form
from gateway.pages.rendering import page, reader_of
from gateway.portal import coming_in, passes
from gateway.portal.coming_in import came_in
from gateway.portal.passes import Pass

router = APIRouter(prefix="/mine", include_in_schema=False)

#: As the page shows them: what needs the reader first.
GROUPS: Final = ("asked", "open", "rate", "ended")


class Line(NamedTuple):
    """A request on the list; without a state where that is not known now."""

    code: str
    group: str = "open"
    title: str = ""
    state: str = ""
    expected: Foretold | None = None
    registered_at: datetime | None = None


@router.get("")
async def show(request: Request, caller: Anyone) -> Response:
    """List them; who has none is told how to come to one."""
    caller.language = reader_of(request)
    me = came_in(request, caller)
    is_away = False
    own: list[Line] = []
    try:
        own = [_own_line(each) for each in await requester.own_requests(me)] if me else []
    except NotFound:
        # He is not known any more.
        me = None
    except Unavailable:
        is_away = True
    codes = {line.code for line in own}
    held = [each for each in passes.held(request) if each.code not in codes]
    if held:
        await caller.spend(track=network_of(caller.address))
    found = await asyncio.gather(*(_line(caller, each) for each in held))
    lines = [*own, *filter(None, found)]
    response = page(
        request,
        "mine.html",
        groups=grouped(lines),
        lines=lines,
        is_in=me is not None,
        is_away=is_away,
        holds=bool(held),
    )
    if me is None:
        coming_in.forget(request, response)
    elif me.requester is not None:
        coming_in.keep(request, response, me.requester)
    return response


@router.post("/forget")
async def forget(request: Request, _caller: Anyone) -> Response:
    """Have this browser forget them all, as after use by somebody else."""
    await read_form(request)
    response = RedirectResponse("/mine", status_code=303)
    passes.forget(request, response)
    return response


def grouped(lines: Sequence[Line]) -> list[tuple[str, list[Line]]]:
    """Give the requests by what they wait for."""
    return [(name, [line for line in lines if line.group == name]) for name in GROUPS]


def _group(state: str, *, asked: bool, to_rate: bool) -> str:
    if asked:
        return "asked"
    if to_rate:
        return "rate"
    return "ended" if state in ENDED else "open"


def _own_line(own: OwnRequest) -> Line:
    if own.state is None:
        return Line(own.code, title=own.title, registered_at=own.registered_at)
    group = _group(own.state, asked=own.asked, to_rate=own.to_rate)
    return Line(own.code, group, own.title, own.state, registered_at=own.registered_at)


async def _line(caller: Caller, held: Pass) -> Line | None:
    """Give a line; None for a ticket that the proof opens no more."""
    try:
        ticket = await track.followed(caller, held.code, held.proof)
    except NotFound:
        return None
    except DomainError:
        return Line(held.code)
    return _followed_line(ticket)


def _followed_line(ticket: FollowedTicket) -> Line:
    group = _group(
        ticket.state,
        asked=ticket.waiting_for == "requester",
        to_rate="rate" in ticket.actions and ticket.rating is None,
    )
    return Line(ticket.code, group, ticket.title, ticket.state, ticket.expected)

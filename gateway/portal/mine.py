"""The requests that this browser has proved itself for, by what they wait for."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final, NamedTuple

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from chassis.errors import DomainError, NotFound
from contracts.routing import ENDED
from gateway.access import Anyone
from gateway.answers import FollowedTicket
from gateway.api import track
from gateway.caller import Caller
from gateway.limits import network_of
from gateway.pages.forms import read_form
from gateway.pages.rendering import page, reader_of
from gateway.portal import passes
from gateway.portal.passes import Pass

router = APIRouter(prefix="/mine", include_in_schema=False)

#: As the page shows them: what needs the reader first.
GROUPS: Final = ("asked", "open", "rate", "ended")


class Line(NamedTuple):
    """A request on the list; without its ticket where that did not answer."""

    code: str
    ticket: FollowedTicket | None


@router.get("")
async def show(request: Request, caller: Anyone) -> Response:
    """List them; who has none is told how to come to one."""
    caller.language = reader_of(request)
    held = passes.held(request)
    if held:
        await caller.spend(track=network_of(caller.address))
    lines = [line for line in await asyncio.gather(*(_line(caller, each) for each in held)) if line]
    groups = grouped(lines)
    return page(request, "mine.html", groups=[(name, groups[name]) for name in GROUPS], lines=lines)


@router.post("/forget")
async def forget(request: Request, _caller: Anyone) -> Response:
    """Have this browser forget them all, as after use by somebody else."""
    await read_form(request)
    response = RedirectResponse("/mine", status_code=303)
    passes.forget(request, response)
    return response


def grouped(lines: Sequence[Line]) -> dict[str, list[Line]]:
    """Give the requests by what they wait for."""
    groups: dict[str, list[Line]] = {name: [] for name in GROUPS}
    for line in lines:
        groups[_group(line.ticket)].append(line)
    return groups


def _group(ticket: FollowedTicket | None) -> str:
    if ticket is None:
        return "open"
    if ticket.waiting_for == "requester":
        return "asked"
    if "rate" in ticket.actions and ticket.rating is None:
        return "rate"
    return "ended" if ticket.state in ENDED else "open"


async def _line(caller: Caller, held: Pass) -> Line | None:
    """Give a line; None for a ticket that the proof opens no more."""
    try:
        return Line(held.code, await track.followed(caller, held.code, held.proof))
    except NotFound:
        return None
    except DomainError:
        return Line(held.code, None)

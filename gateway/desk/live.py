"""The stream of hints that keeps open pages current; `static/live.js` listens to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Final

from fastapi import APIRouter, Header, Query, Response
from starlette.responses import StreamingResponse

from chassis.errors import TooMany
from contracts.calls.routing import GetReadable, Readable
from gateway.caller import Caller
from gateway.live import Listener
from gateway.pages.staff import StaffRoute, allow_page

router = APIRouter(prefix="/desk", include_in_schema=False, route_class=StaffRoute)

_HEARTBEAT_SECONDS: Final = 15.0
#: What follows soon goes with what follows it: a page fetches more seldom than this anyway.
_PAUSE_SECONDS: Final = 0.4
_MOST: Final = 2600

Reader = Annotated[Caller, allow_page("ticket.read")]
Mark = Annotated[str | None, Header(alias="last-event-id", max_length=64)]


@router.get("/live")
async def follow(
    caller: Reader,
    codes: Annotated[str, Query(max_length=_MOST, pattern=r"^[0-9,]*$")] = "",
    units: Annotated[str, Query(max_length=_MOST, pattern=r"^[a-z0-9._,-]*$")] = "",
    after: Annotated[str, Query(max_length=64)] = "",
    last_event_id: Mark = None,
) -> Response:
    """Tell a page what happens to what it shows, to the caller's own work, to his team's queue.

    Of codes and units that he may not read he is told nothing.
    """
    if caller.gateway.live.open >= caller.gateway.settings.live_pages:
        raise TooMany("too_many_streams", retry_after=5)
    listener = Listener(await _words(caller, _split(codes), _split(units)))
    return StreamingResponse(
        _stream(caller, listener, last_event_id or after),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


async def _words(caller: Caller, codes: list[str], units: list[str]) -> dict[str, str]:
    words = {caller.identity.subject: "mine"}
    if caller.identity.unit:
        words[f"team:{caller.identity.unit}"] = "team"
    if codes or units:
        request = GetReadable(codes=codes, units=units)
        readable = await caller.query("routing", "readable", request, Readable)
        words |= {code: code for code in readable.codes}
        words |= {f"unit:{unit}": f"unit:{unit}" for unit in readable.units}
    return words


async def _stream(caller: Caller, listener: Listener, after: str) -> AsyncIterator[bytes]:
    gateway = caller.gateway
    with gateway.live.listening(listener):
        yield b"retry: 1000\n\n"
        await gateway.live.catch_up(listener, after)
        while not gateway.closing.is_set() and caller.is_signed_in():
            try:
                await asyncio.wait_for(listener.woken.wait(), _HEARTBEAT_SECONDS)
                yield listener.take()
                await asyncio.sleep(_PAUSE_SECONDS)
            except TimeoutError:
                yield b":\n\n"


def _split(listed: str) -> list[str]:
    return [each for each in listed.split(",") if each]

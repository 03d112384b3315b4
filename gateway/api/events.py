"""The public event log, by pages and as a stream."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Query, Response
from starlette.responses import StreamingResponse

from chassis.errors import TooMany, Unavailable
from contracts.envelope import encode
from gateway.access import allow
from gateway.answers import answered, gives
from gateway.caller import Caller
from gateway.event_log import DOCUMENTED_PAGE, Cursor, EventPage, Filter, Logged, read_on
from gateway.json_bodies import StrictRoute

router = APIRouter(prefix="/api/v1/events", tags=["events"], route_class=StrictRoute)

#: A comment is sent this often, so that nobody on the way takes the stream for dead.
_HEARTBEAT_SECONDS: Final = 15.0
#: Pauses between looks for something new: short while there was something, longer when not.
_SHORT_PAUSE: Final = 0.25
_LONG_PAUSE: Final = 2.0
_STREAM_PAGE: Final = 200

Integration = Annotated[Caller, allow("event.read")]
After = Annotated[
    str | None, Query(max_length=2000, description="The last `next`; absent: the beginning.")
]
Types = Annotated[
    str | None,
    Query(
        max_length=2000,
        description="Types, comma separated; `ticket.*` stands for all that begin so.",
        examples=["ticket.registered,sla.*"],
    ),
]

_STREAM: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "Events as they come: `id` is the cursor, `event` the type, `data` a "
        "CloudEvent; a comment every 15 s.",
        "content": {
            "text/event-stream": {
                "schema": {"type": "string"},
                "examples": {
                    "event": {
                        "value": "id: eyJpbnRha2UiOls...\nevent: ticket.registered\n"
                        'data: {"id":"481920374654.1","source":"/peygir/intake",...}\n\n'
                    }
                },
            }
        },
    }
}


@router.get(
    "",
    operation_id="list_events",
    summary="Read the event log",
    responses=gives(DOCUMENTED_PAGE),
)
async def list_events(
    caller: Integration,
    after: After = None,
    types: Types = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> Response:
    """Give events from a cursor on: complete, repeatable, in order per service and ticket.

    With `types`, a page may be empty and yet not the end: go on with `next` until `end` is true.
    """
    cursor = Cursor.read(after)
    found = await read_on(caller, cursor, limit, Filter(types))
    return answered(
        EventPage(
            events=[logged.event for logged in found.logged],
            next=str(cursor),
            end=found.end,
            unavailable=found.unavailable,
        )
    )


@router.get(
    "/stream",
    operation_id="stream_events",
    summary="Follow the event log",
    responses=_STREAM,
    response_class=StreamingResponse,
)
async def stream_events(
    caller: Integration,
    after: After = None,
    types: Types = None,
    last_event_id: Annotated[
        str | None, Header(max_length=2000, description="Goes before `after`.")
    ] = None,
) -> Response:
    """Send events as they come; a client that was cut off goes on with Last-Event-ID."""
    cursor = Cursor.read(last_event_id or after)
    if caller.gateway.open_streams >= caller.gateway.settings.streams:
        raise TooMany("too_many_streams", retry_after=5)
    return StreamingResponse(
        _stream(caller, cursor, Filter(types)),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


async def _stream(caller: Caller, cursor: Cursor, wanted: Filter) -> AsyncIterator[bytes]:
    gateway, loop = caller.gateway, asyncio.get_running_loop()
    gateway.open_streams += 1
    spoken, pause = loop.time(), _SHORT_PAUSE
    try:
        yield b"retry: 2000\n\n"
        while not gateway.closing.is_set() and caller.is_signed_in():
            news = await _news(caller, cursor, wanted)
            if news:
                yield b"".join(map(_as_sent, news))
                spoken, pause = loop.time(), _SHORT_PAUSE
                continue
            if loop.time() - spoken > _HEARTBEAT_SECONDS:
                yield b":\n\n"
                spoken = loop.time()
            pause = min(pause * 2, _LONG_PAUSE)
            await _rest(gateway.closing, pause)
    finally:
        gateway.open_streams -= 1


async def _news(caller: Caller, cursor: Cursor, wanted: Filter) -> list[Logged]:
    """Give what has come since; nothing while no service answers."""
    try:
        return (await read_on(caller.renewed(), cursor, _STREAM_PAGE, wanted)).logged
    except Unavailable:
        return []


def _as_sent(logged: Logged) -> bytes:
    event, cursor = logged
    head = f"id: {cursor}\nevent: {event.event_type}\ndata: ".encode()
    return head + encode(event) + b"\n\n"


async def _rest(closing: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(closing.wait(), seconds)

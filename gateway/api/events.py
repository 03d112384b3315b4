"""The public event log, by pages and as a stream."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Query, Response
from starlette.responses import StreamingResponse

from chassis.bus.topology import SOURCES
from chassis.errors import TooMany, Unavailable
from contracts.envelope import encode
from gateway.access import allow
from gateway.answers import answered, gives
from gateway.caller import Caller, Gateway
from gateway.event_log import DOCUMENTED_PAGE, Cursor, EventPage, Filter
from gateway.json_bodies import StrictRoute
from gateway.logs import Logged, LogRead

router = APIRouter(prefix="/api/v1/events", tags=["events"], route_class=StrictRoute)

#: A comment is sent this often, so that nobody on the way takes the stream for dead.
_HEARTBEAT_SECONDS: Final = 15.0
#: How long one waits before looking again whether the session is good and a service is back.
_LOOK_SECONDS: Final = 2.0
_STREAM_PAGE: Final = 1000
#: The longest that a page may be waited for: shorter than what is on the way usually bears.
_LONGEST_WAIT: Final = 25.0
#: In place of a cursor: only what is recorded from now on.
_NOW: Final = "now"

Integration = Annotated[Caller, allow("event.read")]
After = Annotated[
    str | None,
    Query(
        max_length=2000,
        description="The last `next`; absent: the beginning; `now`: only what comes from now on.",
    ),
]
Types = Annotated[
    str | None,
    Query(
        max_length=2000,
        description="Types, comma separated; `ticket.*` stands for all that begin so.",
        examples=["ticket.registered,sla.*"],
    ),
]
Units = Annotated[
    str | None,
    Query(
        max_length=2000,
        pattern=r"^[A-Za-z0-9._,/ -]*$",
        description="Ids of units, comma separated: only events of tickets that these units have.",
        examples=["it,network"],
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
                        'data: {"id":"481920374652.1","source":"/peygir/intake",...}\n\n'
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
    units: Units = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    wait: Annotated[
        float,
        Query(ge=0, le=_LONGEST_WAIT, description="Seconds to wait for an event where none is."),
    ] = 0,
) -> Response:
    """Give events from a cursor on: complete, repeatable, in order per service and ticket.

    With `types` or `units`, a page may be empty and yet not the end: go on with `next` until `end`
    is true. Units are known of routing's and sla's events; those of other services, and those from
    before a unit had the ticket, do not come with `units`. With `wait`, the answer comes as soon
    as there is an event, or empty at the end of the time.
    """
    cursor, wanted = await _cursor(caller, after), Filter(types, units)
    found = await _read(caller, cursor, limit, wanted)
    if wait and not found.logged:
        found = await _waited_for(caller, cursor, limit, wanted, wait)
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
    units: Units = None,
    last_event_id: Annotated[
        str | None, Header(max_length=2000, description="Goes before `after`.")
    ] = None,
) -> Response:
    """Send events as they come; a client that was cut off goes on with Last-Event-ID."""
    _check_room(caller)
    cursor = await _cursor(caller, last_event_id or after)
    return StreamingResponse(
        _stream(caller, cursor, Filter(types, units)),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


async def _cursor(caller: Caller, after: str | None) -> Cursor:
    if after == _NOW:
        return await caller.gateway.logs.at_the_end(caller)
    return Cursor.read(after)


def _check_room(caller: Caller) -> None:
    """Have a look for room for one who waits; raises TooMany."""
    if caller.gateway.open_streams >= caller.gateway.settings.streams:
        raise TooMany("too_many_streams", retry_after=5)


async def _read(caller: Caller, cursor: Cursor, limit: int, wanted: Filter) -> LogRead:
    return await caller.gateway.logs.read_on(caller.renewed(), cursor, limit, wanted)


async def _waited_for(
    caller: Caller, cursor: Cursor, limit: int, wanted: Filter, seconds: float
) -> LogRead:
    """Give what comes within some seconds, as soon as it does."""
    _check_room(caller)
    gateway, loop = caller.gateway, asyncio.get_running_loop()
    deadline = loop.time() + seconds
    with _open(gateway):
        while True:
            news = gateway.logs.tail.news
            found = await _read(caller, cursor, limit, wanted)
            left = deadline - loop.time()
            if found.logged or left <= 0 or gateway.closing.is_set():
                return found
            if found.end:
                await _rest(news, min(left, _LOOK_SECONDS))


async def _stream(caller: Caller, cursor: Cursor, wanted: Filter) -> AsyncIterator[bytes]:
    gateway, loop = caller.gateway, asyncio.get_running_loop()
    with _open(gateway):
        yield b"retry: 2000\n\n"
        spoken = loop.time()
        while not gateway.closing.is_set() and caller.is_signed_in():
            news = gateway.logs.tail.news
            found = await _next(caller, cursor, wanted)
            if found.logged:
                yield b"".join(map(_as_sent, found.logged))
                spoken = loop.time()
            elif loop.time() - spoken >= _HEARTBEAT_SECONDS:
                yield b":\n\n"
                spoken = loop.time()
            if found.end:
                await _rest(news, _LOOK_SECONDS)


async def _next(caller: Caller, cursor: Cursor, wanted: Filter) -> LogRead:
    """Give what comes next; nothing while no service answers."""
    logs = caller.gateway.logs
    try:
        return await logs.read_on(caller.renewed(), cursor, _STREAM_PAGE, wanted, cursors=True)
    except Unavailable:
        return LogRead([], end=True, unavailable=[*SOURCES])


@contextlib.contextmanager
def _open(gateway: Gateway) -> Iterator[None]:
    """Count one who waits for events, and have them followed for him."""
    gateway.open_streams += 1
    try:
        with gateway.logs.tail.followed():
            yield
    finally:
        gateway.open_streams -= 1


def _as_sent(logged: Logged) -> bytes:
    event, cursor = logged
    head = f"id: {cursor}\nevent: {event.event_type}\ndata: ".encode()
    return head + encode(event) + b"\n\n"


async def _rest(news: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(news.wait(), seconds)

"""The public event log: the logs of all services read as one, with one opaque cursor.

The cursor is a position per service. Each service's events come in its order, so each ticket's
events of a service do too; between services they are merged by time as far as one page goes.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from chassis.bus.topology import SOURCES
from chassis.errors import Invalid, Unavailable
from contracts.calls.base import Answer, Position
from contracts.calls.journal import LogPart, ReadLog
from contracts.envelope import CloudEvent
from gateway.caller import Caller


class Place(msgspec.Struct, frozen=True, array_like=True):
    """How far one service's log has been read; its epoch changes when it is restored."""

    epoch: str
    position: Position


class EventPage(Answer, frozen=True):
    """Events in order, and where the next page starts."""

    events: list[CloudEvent]
    #: Give it as `after`; it is also the id of a server-sent event.
    next: str
    #: Nothing more at this moment.
    end: bool
    #: Services that do not answer now; their events come with a later page.
    unavailable: list[str] = []


#: A CloudEvent with its data as readers see it: as bytes not yet decoded it has no schema.
PublishedEvent = msgspec.defstruct(
    "CloudEvent",
    [
        ("data", dict[str, Any])
        if field.name == "data"
        else (field.name, field.type, field.default)
        for field in msgspec.structs.fields(CloudEvent)
    ],
    kw_only=True,
    namespace={"__doc__": CloudEvent.__doc__},
)
#: `EventPage` for the OpenAPI document.
DOCUMENTED_PAGE = msgspec.defstruct(
    "EventPage",
    [
        ("events", list[PublishedEvent]),  # type: ignore[valid-type]
        ("next", str),
        ("end", bool),
        ("unavailable", list[str]),
    ],
    kw_only=True,
    namespace={"__doc__": EventPage.__doc__},
)


class Filter:
    """Which types are asked for: `ticket.registered`, or `ticket.*` for all that begin so."""

    def __init__(self, types: str | None) -> None:
        wanted = [item.strip() for item in (types or "").split(",") if item.strip()]
        self._exact = frozenset(item for item in wanted if not item.endswith("*"))
        self._begins = tuple(item.removesuffix("*") for item in wanted if item.endswith("*"))
        self._all = not wanted

    def takes(self, event: CloudEvent) -> bool:
        """Tell whether the event is wanted."""
        kind = event.event_type
        return self._all or kind in self._exact or kind.startswith(self._begins)


class Cursor:
    """A place in every service's log."""

    def __init__(self, places: Mapping[str, Place] | None = None) -> None:
        self._places = dict(places or {})

    @classmethod
    def read(cls, text: str | None) -> Cursor:
        """Read a cursor that we gave out; none is the very beginning; raises Invalid."""
        if not text:
            return cls()
        try:
            raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
            return cls(msgspec.json.decode(raw, type=dict[str, Place]))
        except (binascii.Error, ValueError, msgspec.MsgspecError):
            raise Invalid("cursor_invalid") from None

    def __str__(self) -> str:
        raw = msgspec.json.encode(dict(sorted(self._places.items())))
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")

    def place(self, source: str) -> Place:
        """Give the place in one service's log."""
        return self._places.get(source, Place("", 0))

    def move(self, source: str, epoch: str, position: int) -> None:
        """Go on to a position."""
        self._places[source] = Place(epoch, position)


class Logged(NamedTuple):
    """An event, and the cursor behind it."""

    event: CloudEvent
    cursor: str


class LogRead(NamedTuple):
    """What came next in the logs."""

    logged: list[Logged]
    end: bool
    unavailable: list[str]


async def read_on(caller: Caller, cursor: Cursor, limit: int, wanted: Filter) -> LogRead:
    """Give the next events and move the cursor behind them; raises Unavailable when all are."""
    results = await asyncio.gather(
        *(_read_part(caller, source, cursor.place(source), limit) for source in SOURCES)
    )
    parts = {source: part for source, part in zip(SOURCES, results, strict=True) if part}
    if not parts:
        raise Unavailable("service_unavailable")
    taken = _merged(parts, limit)
    logged: list[Logged] = []
    for source, event in taken:
        cursor.move(source, parts[source].epoch, _position(event))
        if wanted.takes(event):
            logged.append(Logged(event, str(cursor)))
    for source, part in parts.items():
        if not part.events:
            cursor.move(source, part.epoch, part.next)
    return LogRead(
        logged,
        end=all(part.end for part in parts.values())
        and len(taken) == sum(len(part.events) for part in parts.values()),
        unavailable=[source for source in SOURCES if source not in parts],
    )


async def _read_part(caller: Caller, source: str, place: Place, limit: int) -> LogPart | None:
    request = ReadLog(after=place.position, limit=limit)
    part = await caller.optional(source, "journal_log", request, LogPart)
    if part and place.epoch and part.epoch != place.epoch:
        # Restored from a backup: positions of before mean nothing, so it is read from the start.
        part = await caller.optional(source, "journal_log", ReadLog(limit=limit), LogPart)
    return part


def _merged(parts: Mapping[str, LogPart], limit: int) -> list[tuple[str, CloudEvent]]:
    """Take the earliest of the first events left, again and again."""
    waiting = {source: list(reversed(part.events)) for source, part in parts.items()}
    taken: list[tuple[str, CloudEvent]] = []
    while len(taken) < limit:
        heads = [(events[-1].time, source) for source, events in waiting.items() if events]
        if not heads:
            break
        source = min(heads)[1]
        taken.append((source, waiting[source].pop()))
    return taken


def _position(event: CloudEvent) -> int:
    return event.position if isinstance(event.position, int) else 0

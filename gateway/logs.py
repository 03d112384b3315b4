"""Reading the logs of all services as one, each event from its service once.

What a page had to read and could not give, because it comes later than another service's events,
is kept for a moment: the next page begins with it.
"""

from __future__ import annotations

import asyncio
import heapq
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from chassis.bus.topology import SOURCES
from chassis.errors import Unavailable
from contracts.calls.journal import LogPart, ReadLog
from contracts.envelope import CloudEvent
from contracts.places import Place
from gateway.event_log import Cursor, Filter
from gateway.tail import Tail

if TYPE_CHECKING:
    from gateway.caller import Caller

#: Events kept in all of what was read ahead, and for how many seconds.
_MOST_AHEAD: Final = 20_000
_FRESH: Final = 5.0


class Logged(NamedTuple):
    """An event, and the cursor behind it; empty where no cursor of its own was asked for."""

    event: CloudEvent
    cursor: str


class LogRead(NamedTuple):
    """What came next in the logs."""

    logged: list[Logged]
    end: bool
    unavailable: list[str]


class Ahead:
    """What was read of a log and not given yet, by where it begins."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._parts: dict[tuple[str, Place], tuple[float, LogPart]] = {}
        self._events = 0

    def keep(self, source: str, place: Place, part: LogPart) -> None:
        """Keep what comes behind a place, instead of what was kept longest."""
        self.take(source, place)
        self._parts[source, place] = (self._clock(), part)
        self._events += len(part.events)
        while self._events > _MOST_AHEAD:
            self.take(*next(iter(self._parts)))

    def take(self, source: str, place: Place) -> LogPart | None:
        """Give what was kept for a place, once; None where nothing fresh is."""
        kept_at, part = self._parts.pop((source, place), (0.0, None))
        if part is None:
            return None
        self._events -= len(part.events)
        return part if self._clock() - kept_at <= _FRESH else None


class Logs:
    """The logs of all services."""

    def __init__(self, tail: Tail) -> None:
        self.tail = tail
        self._ahead = Ahead()

    async def read_on(
        self, caller: Caller, cursor: Cursor, limit: int, wanted: Filter, *, cursors: bool = False
    ) -> LogRead:
        """Give the next events and move the cursor behind them; raises Unavailable when all are."""
        results = await asyncio.gather(
            *(self._part(caller, source, cursor.place(source), limit) for source in SOURCES)
        )
        parts = {source: part for source, part in zip(SOURCES, results, strict=True) if part}
        if not parts:
            raise Unavailable("service_unavailable")
        given = dict.fromkeys(parts, 0)
        logged: list[Logged] = []
        for source, event in islice(_merged(parts), limit):
            given[source] += 1
            cursor.move(source, parts[source].epoch, _position(event))
            if wanted.takes(event):
                logged.append(Logged(event, str(cursor) if cursors else ""))
        rests = [self._rest(cursor, name, part, given[name]) for name, part in parts.items()]
        return LogRead(
            logged,
            end=not any(rests),
            unavailable=[source for source in SOURCES if source not in parts],
        )

    async def at_the_end(self, caller: Caller) -> Cursor:
        """Give the cursor behind all there is now; raises Unavailable when a service is."""
        parts = await asyncio.gather(
            *(caller.query(name, "journal_log", ReadLog(tail=True), LogPart) for name in SOURCES)
        )
        places = {
            name: Place(part.epoch, part.next) for name, part in zip(SOURCES, parts, strict=True)
        }
        return Cursor(places)

    def _rest(self, cursor: Cursor, source: str, part: LogPart, given: int) -> bool:
        """Keep what was not given of a part; tell whether more of its log is there."""
        events = part.events[given:]
        if events:
            rest = LogPart(epoch=part.epoch, events=events, next=part.next, end=part.end)
            self._ahead.keep(source, cursor.place(source), rest)
        else:
            cursor.move(source, part.epoch, part.next)
        return bool(events) or not part.end

    async def _part(self, caller: Caller, source: str, place: Place, limit: int) -> LogPart | None:
        """Give what follows a place: so many events, or all there are; None without an answer."""
        if self.tail.is_away(source):
            return None
        ahead = self._ahead.take(source, place)
        if ahead is not None and (ahead.end or len(ahead.events) >= limit):
            return ahead
        position = ahead.next if ahead else place.position
        part = self.tail.part(source, place.epoch, position, limit)
        if part is None:
            request = ReadLog(after=position, limit=limit)
            part = await caller.optional(source, "journal_log", request, LogPart)
        if part and place.epoch and part.epoch != place.epoch:
            # Restored from a backup: positions of before mean nothing, so it is read from the
            # start.
            return await caller.optional(source, "journal_log", ReadLog(limit=limit), LogPart)
        if part is None or ahead is None:
            return part
        events = [*ahead.events, *part.events]
        return LogPart(epoch=part.epoch, events=events, next=part.next, end=part.end)


def _merged(parts: Mapping[str, LogPart]) -> Iterator[tuple[str, CloudEvent]]:
    """Give the earliest of the first events left, again and again."""
    lines = [[(source, event) for event in part.events] for source, part in sorted(parts.items())]
    return iter(heapq.merge(*lines, key=lambda line: line[1].time))


def _position(event: CloudEvent) -> int:
    return event.position if isinstance(event.position, int) else 0

"""The newest events of every service, read once per process for all who wait for some.

It reads only while somebody waits. A subscriber whose cursor lies before what is kept here reads
the logs themselves until he has come so far. See docs/adr/0033-subscribing.md.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import Final

import msgspec

from chassis.bus.topology import SOURCES
from contracts.calls.journal import LogPart
from contracts.envelope import CloudEvent
from gateway.following import ReadPart, follow

#: Events kept of each service.
_KEPT: Final = 2000
#: How long the logs are followed on after the last subscriber has gone: the next one comes soon.
_LINGER: Final = 30.0


class _Kept(msgspec.Struct):
    """The end of one log: the events up to the position `next`, without gaps."""

    epoch: str
    next: int
    events: deque[CloudEvent]


class Tail:
    """What has come last, and a way to wait for more."""

    def __init__(self, read: ReadPart, closing: asyncio.Event) -> None:
        self._read = read
        self._closing = closing
        self._kept: dict[str, _Kept] = {}
        self._away: set[str] = set()
        self._news = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._waiting = 0
        self._ending: asyncio.TimerHandle | None = None

    @property
    def news(self) -> asyncio.Event:
        """Set with what comes next; taken before a look, nothing is missed after it."""
        return self._news

    @contextlib.contextmanager
    def followed(self) -> Iterator[None]:
        """Follow the logs for so long."""
        self._start()
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1
            if not self._waiting:
                self._ending = asyncio.get_running_loop().call_later(_LINGER, self.stop)

    def stop(self) -> None:
        """Follow no longer."""
        if self._ending is not None:
            self._ending.cancel()
            self._ending = None
        for task in self._tasks:
            task.cancel()
        self._tasks = []
        self._kept.clear()
        self._away.clear()

    def is_away(self, source: str) -> bool:
        """Whether a service is followed and does not answer now."""
        return source in self._away

    def part(self, source: str, epoch: str, position: int, limit: int) -> LogPart | None:
        """Give what is kept beyond a position; None where that is not all there is."""
        kept = self._kept.get(source)
        if kept is None or kept.epoch != epoch:
            return None
        passed = position - (kept.next - len(kept.events))
        if passed < 0 or position > kept.next:
            return None
        events = list(islice(kept.events, passed, passed + limit))
        after = position + len(events)
        return LogPart(epoch=epoch, events=events, next=after, end=after == kept.next)

    def came(self, source: str, part: LogPart) -> None:
        """Keep what followed."""
        kept = self._kept.get(source)
        if kept is None or part.next - len(part.events) != kept.next:
            kept = self._kept[source] = _Kept(part.epoch, part.next, deque(maxlen=_KEPT))
            self._tell()
        if part.events or source in self._away:
            self._tell()
        kept.events.extend(part.events)
        kept.next = part.next
        self._away.discard(source)

    def restored(self, source: str) -> None:
        """Forget what was kept of a log."""
        self._kept.pop(source, None)
        self._tell()

    def away(self, source: str) -> None:
        """Note that a service does not answer."""
        self._away.add(source)

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    def _start(self) -> None:
        if self._ending is not None:
            self._ending.cancel()
            self._ending = None
        if self._tasks:
            return
        self._tasks = [asyncio.create_task(follow(self._read, name, self)) for name in SOURCES]
        self._tasks.append(asyncio.create_task(self._wake_at_the_end()))

    async def _wake_at_the_end(self) -> None:
        """Have streams end with the process, and not with their next heartbeat."""
        await self._closing.wait()
        self._tell()

"""What open pages are told while it happens: one follower of the services' logs per process.

It reads only while a page listens, from where the logs end on. Pages get hints (`gateway.hints`),
and fetch again what they show; nothing durable hangs on a hint. See docs/adr/0023-live-pages.md.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from chassis.metrics import metric
from contracts.calls.journal import LogPart
from gateway.following import ReadPart, follow
from gateway.hints import Hint, hint_of

_SOURCES: Final = ("intake", "routing", "sla")
#: How long the logs are followed on after the last page has gone: the next one comes soon.
_LINGER: Final = 30.0
_READY_SECONDS: Final = 1.0
#: Hints kept for pages that come back.
_KEPT: Final = 5000
#: Hints of one message: of more, that all is to be fetched says as much in less.
_MOST_AT_ONCE: Final = 40


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """A hint as one page gets it."""

    code: str
    kind: str
    #: Why it is told: codes that the page shows, `mine`, `team`, `unit:{id}`.
    of: list[str]


class Listener:
    """One open page; `words` says by the names of hints what the page calls them."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self.words = dict(words)
        self.woken = asyncio.Event()
        self._mark = ""
        self._told: list[Told] = []
        self._lost = False

    def hear(self, hint: Hint, mark: str) -> None:
        """Keep a hint for the page."""
        if self._lost:
            self._mark = mark
            return
        of = sorted(self.words[name] for name in hint.names if name in self.words)
        self._told.append(Told(hint.code, hint.kind, of))
        self._mark = mark
        if len(self._told) > _MOST_AT_ONCE:
            self.lose(mark)
        self.woken.set()

    def lose(self, mark: str) -> None:
        """Have the page fetch all that it shows: hints were lost."""
        self._lost, self._mark = True, mark
        self._told.clear()
        self.woken.set()

    def take(self) -> bytes:
        """Give what was kept, as server-sent events; empty when nothing was."""
        self.woken.clear()
        told, lost = self._told, self._lost
        self._told, self._lost = [], False
        if lost:
            return f"id: {self._mark}\nevent: all\ndata: []\n\n".encode()
        if told:
            head = f"id: {self._mark}\nevent: changed\ndata: ".encode()
            return head + msgspec.json.encode(told) + b"\n\n"
        return b""


class Live:
    """Follows the logs for all pages of a process, and tells each what concerns it."""

    def __init__(self, read: ReadPart, closing: asyncio.Event) -> None:
        self._read = read
        self._closing = closing
        self._tasks: list[asyncio.Task[None]] = []
        self._listeners: dict[str, set[Listener]] = defaultdict(set)
        self._open = 0
        self._ending: asyncio.TimerHandle | None = None
        self._run = ""
        self._number = 0
        self._kept: deque[Hint] = deque(maxlen=_KEPT)
        self._at_the_end: set[str] = set()
        self._ready = asyncio.Event()
        metric("peygir_live_pages").set(0)

    @property
    def open(self) -> int:
        """How many pages listen."""
        return self._open

    @property
    def mark(self) -> str:
        """Where a page is that is rendered now; empty while nothing is followed."""
        return f"{self._run}.{self._number}" if self._run else ""

    @contextlib.contextmanager
    def listening(self, listener: Listener) -> Iterator[None]:
        """Tell the listener of what happens for so long."""
        self._start()
        self._open += 1
        metric("peygir_live_pages").set(self._open)
        for name in listener.words:
            self._listeners[name].add(listener)
        try:
            yield
        finally:
            self._open -= 1
            metric("peygir_live_pages").set(self._open)
            for name in listener.words:
                self._listeners[name].discard(listener)
                if not self._listeners[name]:
                    del self._listeners[name]
            if not self._open:
                self._ending = asyncio.get_running_loop().call_later(_LINGER, self.stop)

    async def catch_up(self, listener: Listener, after: str) -> None:
        """Tell a page what it has missed since a mark; all of it where that is not known."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._ready.wait(), _READY_SECONDS)
        run, _, number = after.partition(".")
        known = run == self._run and number.isdecimal() and int(number) >= self._oldest()
        if not known:
            listener.lose(self.mark)
            return
        for hint in self._kept:
            if hint.number > int(number) and not hint.names.isdisjoint(listener.words):
                listener.hear(hint, self.mark)

    def stop(self) -> None:
        """Follow no longer."""
        if self._ending is not None:
            self._ending.cancel()
            self._ending = None
        for task in self._tasks:
            task.cancel()
        self._tasks, self._run = [], ""

    def _oldest(self) -> int:
        return self._kept[0].number - 1 if self._kept else self._number

    def _start(self) -> None:
        if self._ending is not None:
            self._ending.cancel()
            self._ending = None
        if self._tasks:
            return
        self._run, self._number = secrets.token_hex(4), 0
        self._kept.clear()
        self._at_the_end.clear()
        self._ready.clear()
        self._tasks = [asyncio.create_task(follow(self._read, name, self)) for name in _SOURCES]
        self._tasks.append(asyncio.create_task(self._wake_at_the_end()))

    def came(self, source: str, part: LogPart) -> None:
        """Tell pages of what followed in a log."""
        if source not in self._at_the_end:
            self._begin(source)
        for event in part.events:
            self._number += 1
            hint = hint_of(event, self._number)
            if hint is not None:
                self._tell(hint)

    def restored(self, _source: str) -> None:
        """Have every page fetch all that it shows."""
        self._lose_all()

    def away(self, source: str) -> None:
        """Leave pages as they are: they learn what happened when the service is back."""

    def _begin(self, source: str) -> None:
        """Hear a log from here on; what came before, pages that did not wait for it fetch."""
        self._at_the_end.add(source)
        if len(self._at_the_end) == len(_SOURCES):
            self._ready.set()
        self._lose_all()

    def _lose_all(self) -> None:
        for listener in set[Listener]().union(*self._listeners.values()):
            listener.lose(self.mark)

    def _tell(self, hint: Hint) -> None:
        self._kept.append(hint)
        found = [self._listeners[name] for name in hint.names if name in self._listeners]
        for listener in set[Listener]().union(*found):
            listener.hear(hint, self.mark)

    async def _wake_at_the_end(self) -> None:
        """Have streams end with the process, and not with their next heartbeat."""
        await self._closing.wait()
        for listener in set[Listener]().union(*self._listeners.values()):
            listener.woken.set()

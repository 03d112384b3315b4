"""A course decided again from its beginning, as if it happened under another book."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from contracts import Event
from services.sla.domain.advance import advance, ring
from services.sla.domain.book import Book
from services.sla.domain.clocks import CLOCKS, Clocks
from services.sla.domain.course import Observation


class Happened(NamedTuple):
    """A fact of a ticket's record, and when it came."""

    event: Event
    at: datetime


class Replay:
    """A ticket's clocks under a book, moving on with its course; no alarm is late."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.state: Clocks = CLOCKS.initial()
        self.facts: list[Happened] = []

    def see(self, seen: Observation) -> None:
        """Let the marks come that lie before an observation, then what follows from it."""
        while (at := self._next_mark()) is not None and at < seen.at:
            self._take(ring(self.state, at, self.book), at)
        self._take(advance(self.state, seen, self.book), seen.at)

    def ring_until(self, until: datetime) -> None:
        """Let the marks come up to an instant."""
        while (at := self._next_mark()) is not None and at <= until:
            self._take(ring(self.state, at, self.book), at)

    def _next_mark(self) -> datetime | None:
        if self.state.imported:
            return None
        alarms = (alarm.at for clock in self.state.running() for alarm in clock.alarms)
        return min(alarms, default=None)

    def _take(self, events: Iterable[Event], at: datetime) -> None:
        for event in events:
            self.state = CLOCKS.apply(self.state, event, at)
            self.facts.append(Happened(event, at))


def replayed(course: Iterable[Observation], book: Book, until: datetime | None = None) -> Replay:
    """Decide a whole course again, and let the marks come that lie after it up to an instant."""
    replay = Replay(book)
    for seen in course:
        replay.see(seen)
    if until is not None:
        replay.ring_until(until)
    return replay

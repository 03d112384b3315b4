"""A course decided again from its beginning, as if it happened under another book."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from contracts import Event
from services.sla.domain.advance import decide, ring
from services.sla.domain.book import Book
from services.sla.domain.clocks import CLOCKS, Clocks
from services.sla.domain.course import Observation
from services.sla.domain.replanning import to_newest_calendars


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
            self.take(ring(self.state, at, self.book), at)
        decision = decide(self.state, seen, self.book)
        if decision is not None:
            for before, event in decision.steps:
                self.note(before, event, seen.at)
            self.state = decision.state

    def ring_until(self, until: datetime) -> None:
        """Let the marks come up to an instant."""
        while (at := self._next_mark()) is not None and at <= until:
            self.take(ring(self.state, at, self.book), at)

    def turn_to(self, at: datetime, book: Book) -> None:
        """Go by another book from an instant on; open clocks follow its calendars."""
        self.ring_until(at)
        self.book = book
        self.take(to_newest_calendars(self.state, book), at)

    def _next_mark(self) -> datetime | None:
        if self.state.imported:
            return None
        alarms = [alarm.at for clock in self.state.running() for alarm in clock.alarms]
        return min(alarms) if alarms else None

    def take(self, events: Iterable[Event], at: datetime) -> None:
        """Let the state follow what was decided."""
        for event in events:
            self.note(self.state, event, at)
            self.state = CLOCKS.apply(self.state, event, at)

    def note(self, _before: Clocks, event: Event, at: datetime) -> None:
        """Keep a fact; the state before it is given as well."""
        self.facts.append(Happened(event, at))


def replayed(course: Iterable[Observation], book: Book, until: datetime | None = None) -> Replay:
    """Decide a whole course again, and let the marks come that lie after it up to an instant."""
    replay = Replay(book)
    for seen in course:
        replay.see(seen)
    if until is not None:
        replay.ring_until(until)
    return replay

"""A calendar's working days between two instants, and what was promised of a ticket's work."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import NamedTuple

import msgspec

from contracts.calls.days import WorkingDay
from contracts.hours import WEEKDAYS, Week
from services.sla.domain import ticking
from services.sla.domain.book import Book
from services.sla.domain.calendar import Calendar
from services.sla.domain.clocks import Clocks
from services.sla.domain.hours import CalendarTerms, zone_of

_ALL_DAY = {day: ["00:00-24:00"] for day in WEEKDAYS}
#: Where nobody has written a calendar.
EVERY_HOUR = Calendar(CalendarTerms(week=msgspec.convert(_ALL_DAY, Week)))


class _Piece(NamedTuple):
    """A stretch of work on one day of the calendar's zone."""

    day: date
    opens_at: datetime
    closes_at: datetime

    @property
    def seconds(self) -> float:
        return (self.closes_at - self.opens_at).total_seconds()


def working_days(calendar: Calendar, start: datetime, end: datetime) -> list[WorkingDay]:
    """Give the days on which anything is worked, each from its first to its last instant of it."""
    found = []
    for day, group in groupby(_pieces(calendar, start, end), key=lambda piece: piece.day):
        pieces = list(group)
        found.append(
            WorkingDay(
                day=day,
                opens_at=pieces[0].opens_at,
                closes_at=pieces[-1].closes_at,
                seconds=sum(piece.seconds for piece in pieces),
            )
        )
    return found


def _pieces(calendar: Calendar, start: datetime, end: datetime) -> Iterator[_Piece]:
    """Give the stretches of work, those over midnight cut there."""
    zone = zone_of(calendar.terms)
    for opens, closes in calendar.spans(start, end):
        reached = opens
        while reached < closes:
            day = reached.astimezone(zone).date()
            midnight = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
            cut = min(closes, midnight)
            yield _Piece(day, reached, cut)
            reached = cut


def calendar_of(unit: str, named: str | None, book: Book) -> Calendar:
    """Give the calendar that a unit works by: the one that it names, else the one that names it."""
    known = book.newest_calendar(named) if named in book.calendar_terms() else None
    dated = known or book.calendar_of_work(None, unit)
    return dated.calendar if dated else EVERY_HOUR


def promised(state: Clocks, now: datetime, book: Book) -> datetime | None:
    """Give by when the work of an open ticket was promised; None where nothing was."""
    if not state.awaited:
        return None
    promises = book.promises_to(state)
    due = [
        clock.due_at
        if clock.running
        else book.calendar_of(clock).add(
            now, max(0.0, ticking.left_seconds(clock, book.calendar_of(clock), now))
        )
        for name, clock in state.clocks.items()
        if clock.open and name in promises and promises[name].target.is_about == "resolution"
    ]
    return min(due) if due else (state.expected.told if state.expected else None)

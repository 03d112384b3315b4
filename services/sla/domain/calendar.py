"""Business time: adding it to an instant, and measuring it between two.

An instant is business time when the local clock then shows a time inside one of the day's windows.
The windows of a year are laid out once as spans of absolute time, with what was worked before each;
adding and measuring are then a binary search, in whole microseconds, and exact inverses. Nothing
here knows of tickets.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Container, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from typing import NamedTuple

from contracts.hours import Span
from services.sla.domain.hours import CalendarTerms, zone_of
from services.sla.domain.official import LibraryDays

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
MINUTE = 60_000_000
DAY = 24 * 60 * MINUTE
FULL_DAY: list[Span] = [(0, DAY)]
#: Day 0 of the count from 1970 is this day of Python's calendar.
FIRST_DAY = EPOCH.toordinal()
#: Further ahead, `add` gives up: no calendar that was accepted needs so long.
HORIZON_YEARS = 100


class Calendar:
    """One version of a calendar; the years it was asked about stay laid out."""

    def __init__(self, terms: CalendarTerms, closed: Container[date] | None = None) -> None:
        """Take what was written, and the days that its lists close in this version.

        Without them `"IR"` means what it did before lists were published: the library's days.
        """
        self.terms = terms
        self._zone = zone_of(terms)
        self._week = [_micros_of(windows) for windows in terms.spans_by_weekday()]
        self._exceptions = {
            day: _micros_of(windows) for day, windows in terms.spans_by_date().items()
        }
        self._closed: Container[date] = ()
        if terms.lists():
            self._closed = LibraryDays() if closed is None else closed
        self._years: dict[int, _Year] = {}
        self._always = (
            all(day == FULL_DAY for day in self._week)
            and not self._exceptions
            and not terms.lists()
        )

    def add(self, instant: datetime, seconds: float) -> datetime:
        """Give the first instant by which so much business time has passed.

        Adding nothing gives the instant itself. Raises ValueError for negative seconds, and
        OverflowError where the calendar does not hold so much within a century.
        """
        left = round(seconds * 1_000_000)
        if left < 0:
            raise ValueError("business time is added forwards")
        if left == 0 or self._always:
            return instant + left * MICROSECOND
        first = _year_of(instant)
        left += self._year(first).worked(_micros(instant))
        for year in range(first, first + HORIZON_YEARS):
            table = self._year(year)
            if left <= table.total:
                return EPOCH + table.reach(left) * MICROSECOND
            left -= table.total
        raise OverflowError("not within a century")

    def between(self, start: datetime, end: datetime) -> float:
        """Give the business seconds from start to end; negative when end lies before start."""
        if end < start:
            return -self.between(end, start)
        if self._always:
            return (end - start) // MICROSECOND / 1_000_000
        first, last = _year_of(start), _year_of(end)
        worked = self._year(last).worked(_micros(end)) - self._year(first).worked(_micros(start))
        worked += sum(self._year(year).total for year in range(first, last))
        return worked / 1_000_000

    def spans(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Give the stretches of business time between two instants, in order, as long as can be."""
        low, high = _micros(start), _micros(end)
        open_from, reached = low, low
        for year in range(_year_of(start), _year_of(end) + 1):
            table = self._year(year)
            for opens, closes in zip(table.starts, table.ends, strict=True):
                if closes <= low or opens >= high:
                    continue
                if max(opens, low) > reached:
                    if reached > open_from:
                        yield EPOCH + open_from * MICROSECOND, EPOCH + reached * MICROSECOND
                    open_from = max(opens, low)
                reached = min(closes, high)
        if reached > open_from:
            yield EPOCH + open_from * MICROSECOND, EPOCH + reached * MICROSECOND

    def _year(self, year: int) -> _Year:
        table = self._years.get(year)
        if table is None:
            table = self._years[year] = _Year.of(list(self._open_spans(year)))
        return table

    def _open_spans(self, year: int) -> Iterator[tuple[int, int]]:
        """Give the year's spans of business time, in order.

        Each stretch between two changes of the zone's offset is laid out by itself, so that hours
        which the local clock skips or shows twice need no case of their own. A window may be open
        since the day before; where it meets the next day's, the time counts once.
        """
        for start, end, offset in self._stretches(year):
            reached = start
            for day in range((start + offset) // DAY - 1, (end + offset - 1) // DAY + 1):
                midnight = day * DAY - offset
                for opens, closes in self._windows(date.fromordinal(FIRST_DAY + day)):
                    low = max(reached, midnight + opens)
                    high = min(end, midnight + closes)
                    if low < high:
                        yield low, high
                        reached = high

    def _windows(self, day: date) -> list[Span]:
        """Give the windows that open on a day, in microseconds since its midnight."""
        exceptional = self._exceptions.get(day)
        if exceptional is not None:
            return exceptional
        return [] if day in self._closed else self._week[day.weekday()]

    def _stretches(self, year: int) -> Iterator[tuple[int, int, int]]:
        """Cut the UTC year where the zone's offset changes: (start, end, offset)."""
        start = _micros(datetime(year, 1, 1, tzinfo=UTC))
        end = _micros(datetime(year + 1, 1, 1, tzinfo=UTC))
        offset = self._offset(start)
        for day_end in range(start + DAY, end + 1, DAY):
            if self._offset(day_end) != offset:
                change = self._change(day_end - DAY, day_end)
                yield start, change, offset
                start, offset = change, self._offset(day_end)
        yield start, end, offset

    def _change(self, before: int, after: int) -> int:
        """Find the second in which the offset changes."""
        old = self._offset(before)
        seconds = range(before, after + 1, 1_000_000)
        return seconds[bisect_left(seconds, 1, key=lambda second: int(self._offset(second) != old))]

    def _offset(self, micros: int) -> int:
        offset = datetime.fromtimestamp(micros // 1_000_000, self._zone).utcoffset()
        return (offset or timedelta()) // MICROSECOND


class _Year(NamedTuple):
    """The spans of business time of one UTC year, in microseconds since 1970."""

    starts: list[int]
    ends: list[int]
    #: Business time of the year before each span.
    before: list[int]
    total: int

    @classmethod
    def of(cls, spans: list[tuple[int, int]]) -> _Year:
        *before, total = accumulate((end - start for start, end in spans), initial=0)
        return cls([start for start, _ in spans], [end for _, end in spans], before, total)

    def worked(self, instant: int) -> int:
        """Give the year's business time up to an instant."""
        span = bisect_right(self.starts, instant) - 1
        if span < 0:
            return 0
        return self.before[span] + min(instant, self.ends[span]) - self.starts[span]

    def reach(self, worked: int) -> int:
        """Give the first instant by which so much (more than 0) of the year's time has passed."""
        span = bisect_left(self.before, worked) - 1
        return self.starts[span] + worked - self.before[span]


def _micros_of(windows: list[Span]) -> list[Span]:
    return [(opens * MINUTE, closes * MINUTE) for opens, closes in windows]


def _micros(instant: datetime) -> int:
    return (instant - EPOCH) // MICROSECOND


def _year_of(instant: datetime) -> int:
    return (instant if instant.tzinfo is UTC else instant.astimezone(UTC)).year

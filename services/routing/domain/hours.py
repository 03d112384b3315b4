"""A shift laid out on the calendar: whether it runs, until when, and when so much of it is worked.

Times given and taken are instants; windows are read on the wall clock of the shift's zone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from contracts.calls.routing.attendance import Shift
from contracts.days import read_date
from contracts.hours import DAY_MINUTES, Span, spans

#: Further ahead a shift is not looked at: one without any hours never begins.
_HORIZON_DAYS = 400

Stretch = tuple[datetime, datetime]


class Hours:
    """The working time of one shift."""

    def __init__(self, shift: Shift) -> None:
        self._zone = ZoneInfo(shift.zone)
        self._week = [spans(windows) for windows in shift.week.by_weekday().values()]
        self._days = {read_date(text): spans(windows) for text, windows in shift.exceptions.items()}

    def is_open(self, at: datetime) -> bool:
        """Tell whether an instant is working time; the end of a window is not."""
        return any(start <= at < end for start, end in self._around(at))

    def next_change(self, at: datetime) -> datetime | None:
        """Give when working time begins or ends next; None when it never does."""
        for start, end in self.stretches(at):
            if at < start:
                return start
            if at < end:
                return end
        return None

    def worked_by(self, at: datetime, duration: timedelta) -> datetime | None:
        """Give the first instant by which so much has been worked from `at` on; None for never."""
        left = duration
        for start, end in self.stretches(at):
            begun = max(start, at)
            if end - begun >= left:
                return begun + left
            left -= max(end - begun, timedelta(0))
        return None

    def stretches(self, at: datetime) -> Iterator[Stretch]:
        """Give the stretches of working time that end after an instant, in order, joined."""
        open_one: Stretch | None = None
        for day in self._days_from(at, _HORIZON_DAYS):
            for start, end in self._windows(day):
                if open_one is not None and start <= open_one[1]:
                    open_one = open_one[0], max(open_one[1], end)
                    continue
                if open_one is not None and open_one[1] > at:
                    yield open_one
                open_one = start, end
        if open_one is not None and open_one[1] > at:
            yield open_one

    def _around(self, at: datetime) -> Iterator[Stretch]:
        for day in self._days_from(at, 2):
            yield from self._windows(day)

    def _days_from(self, at: datetime, count: int) -> Iterator[date]:
        """Give days from the one before, whose last window may reach over midnight."""
        first = at.astimezone(self._zone).date() - timedelta(days=1)
        return (first + timedelta(days=number) for number in range(count))

    def _windows(self, day: date) -> Iterator[Stretch]:
        found: list[Span] | None = self._days.get(day)
        for opens, closes in self._week[day.weekday()] if found is None else found:
            start, end = self._instant(day, opens), self._instant(day, closes)
            # Where the wall clock skips an hour, a window may have none of it left.
            if start < end:
                yield start, end

    def _instant(self, day: date, minutes: int) -> datetime:
        days, rest = divmod(minutes, DAY_MINUTES)
        wall = time(rest // 60, rest % 60)
        return datetime.combine(day + timedelta(days=days), wall, self._zone).astimezone(UTC)

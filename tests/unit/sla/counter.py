"""Business time by looking at the local clock once a minute.

Slow and plain on purpose: it shares nothing with the implementation that it checks, not even how a
Jalali date is read. It knows whole minutes only, and reads the zone every quarter of an hour: no
clock of the last decades was changed in between.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
QUARTER = 15
#: The years with a 30th of Esfand, as they are printed in calendars.
LEAP = {1375, 1379, 1383, 1387, 1391, 1395, 1399, 1403, 1408, 1412, 1416, 1420}
#: 1 Farvardin 1376.
ANCHOR = date(1997, 3, 21)


def day_of(text: str) -> date:
    """Read a date; a Jalali one by counting days from Nowruz 1376."""
    year, month, day = (int(part) for part in text.split("-"))
    if year > 1900:
        return date(year, month, day)
    assert 1376 <= year <= 1420
    days = sum(366 if past in LEAP else 365 for past in range(1376, year))
    days += sum(31 if past <= 6 else 30 for past in range(1, month))
    return ANCHOR + timedelta(days=days + day - 1)


SHOWN = [f"{hour:02}:{minute:02}" for hour in range(24) for minute in range(60)]


class Counter:
    """A calendar's definition, and the days that its lists close."""

    def __init__(self, definition: dict[str, Any], closed: Iterable[date] = ()) -> None:
        self.zone = ZoneInfo(definition.get("zone", "Asia/Tehran"))
        self.week = definition["week"]
        self.exceptions = {
            day_of(text): windows for text, windows in definition.get("exceptions", {}).items()
        }
        self.closed = set(closed)

    def count(self, start: datetime, end: datetime) -> int:
        """Count the minutes of business time from start to end."""
        return sum(len(found) for found in self._by_quarter(start, end))

    def due(self, start: datetime, minutes: int) -> datetime:
        """Give the end of the last minute that is needed; the start when none is."""
        if minutes == 0:
            return start
        for found in self._by_quarter(start):
            if len(found) >= minutes:
                return found[minutes - 1] + MINUTE
            minutes -= len(found)
        raise AssertionError("never")

    def _by_quarter(self, start: datetime, end: datetime | None = None) -> Iterator[list[datetime]]:
        """Give the minutes that count, quarter by quarter."""
        quarter = start.astimezone(UTC)
        quarter -= quarter.minute % QUARTER * MINUTE
        while end is None or quarter < end:
            shown = quarter.astimezone(self.zone)
            first = shown.hour * 60 + shown.minute
            is_open = self._open_on(shown.date())[first : first + QUARTER]
            minutes = [quarter + number * MINUTE for number in range(QUARTER) if is_open[number]]
            yield [each for each in minutes if start <= each and (end is None or each < end)]
            quarter += QUARTER * MINUTE

    def _open_on(self, day: date) -> list[bool]:
        """Tell of every minute that a clock can show on a day whether it is inside of a window."""
        yesterday = day - timedelta(days=1)
        return _opened(tuple(self._windows(day)), tuple(self._windows(yesterday)))

    def _windows(self, day: date) -> list[str]:
        if day in self.exceptions:
            return self.exceptions[day]
        if day in self.closed:
            return []
        return self.week.get(day.strftime("%A").lower(), [])


@cache
def _opened(today: tuple[str, ...], yesterday: tuple[str, ...]) -> list[bool]:
    return [
        any(_has(window, shown) for window in today)
        or any(_has_after_midnight(window, shown) for window in yesterday)
        for shown in SHOWN
    ]


def _has(window: str, shown: str) -> bool:
    opens, closes = window.split("-")
    return opens <= shown and (shown < closes or closes < opens)


def _has_after_midnight(window: str, shown: str) -> bool:
    opens, closes = window.split("-")
    return closes < opens and shown < closes

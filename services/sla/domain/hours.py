"""A calendar as data: what an administrator writes, and what may be wrong with it.

The arithmetic on it is in `calendar.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

import msgspec
from msgspec import Meta
from persiantools.jdatetime import JalaliDate

from chassis.errors import FieldFault

#: `08:00-16:00`; `24:00` is the end of the day. A night shift is two windows on two days.
Window = Annotated[
    str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")
]
Windows = Annotated[list[Window], Meta(max_length=24)]
#: Opening and closing in minutes since midnight on the wall clock.
Span = tuple[int, int]

#: Every target is reached within decades, because a week has at least this much business time.
LEAST_WEEKLY_MINUTES = 4 * 60
#: Jalali and Gregorian years cannot be taken for one another, so a date may be written in either.
JALALI_YEARS = range(1300, 1500)
GREGORIAN_YEARS = range(1921, 2121)


class Week(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The windows of each weekday; a day without any is closed."""

    saturday: Windows = []
    sunday: Windows = []
    monday: Windows = []
    tuesday: Windows = []
    wednesday: Windows = []
    thursday: Windows = []
    friday: Windows = []


class CalendarTerms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When business time runs."""

    week: Week
    zone: str = "Asia/Tehran"
    #: The country whose official holidays are closed; absent: none are.
    holidays: Literal["IR"] | None = None
    #: Windows of single days, in place of the week's and of a holiday: `{"1405-01-13": []}` closes
    #: a day, `{"2026-03-25": ["08:00-12:00"]}` opens half of it.
    exceptions: Annotated[dict[str, Windows], Meta(max_length=2000)] = {}

    def spans_by_weekday(self) -> list[list[Span]]:
        """Give the windows of each weekday, Monday first as Python counts them."""
        week = self.week
        days = (
            week.monday,
            week.tuesday,
            week.wednesday,
            week.thursday,
            week.friday,
            week.saturday,
            week.sunday,
        )
        return [spans(windows) for windows in days]

    def spans_by_date(self) -> dict[date, list[Span]]:
        """Give the windows of the exceptional days."""
        return {read_date(text): spans(windows) for text, windows in self.exceptions.items()}


def spans(windows: list[str]) -> list[Span]:
    """Give windows in the order of the day."""
    return sorted((_minutes(text[:5]), _minutes(text[6:])) for text in windows)


def read_date(text: str) -> date:
    """Read `1405-01-13` (Jalali) or `2026-04-02` (Gregorian); raises ValueError."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError(text)
    year, month, day = int(text[:4]), int(text[5:7]), int(text[8:])
    if year in JALALI_YEARS:
        return JalaliDate(year, month, day).to_gregorian()
    if year in GREGORIAN_YEARS:
        return date(year, month, day)
    raise ValueError(text)


def faults(terms: CalendarTerms) -> Iterator[FieldFault]:
    """Tell what is wrong with a calendar beyond its shape."""
    if terms.zone not in available_timezones():
        yield FieldFault(pointer="/zone", code="zone_unknown")
    for weekday, windows in msgspec.structs.asdict(terms.week).items():
        yield from _window_faults(f"/week/{weekday}", windows)
    seen: set[date] = set()
    for text, windows in terms.exceptions.items():
        pointer = "/exceptions/" + text.replace("~", "~0").replace("/", "~1")
        yield from _window_faults(pointer, windows)
        try:
            day = read_date(text)
        except ValueError:
            yield FieldFault(pointer=pointer, code="date_malformed")
            continue
        if day in seen:
            yield FieldFault(pointer=pointer, code="date_repeated")
        seen.add(day)
    weekly = sum(end - start for day in terms.spans_by_weekday() for start, end in day)
    if weekly < LEAST_WEEKLY_MINUTES:
        yield FieldFault(
            pointer="/week", code="too_few_hours", params={"hours": LEAST_WEEKLY_MINUTES // 60}
        )


def zone_of(terms: CalendarTerms) -> ZoneInfo:
    """Give the zone in which the windows are read."""
    return ZoneInfo(terms.zone)


def _window_faults(pointer: str, windows: list[str]) -> Iterator[FieldFault]:
    ordered = spans(windows)
    if any(start >= end for start, end in ordered):
        yield FieldFault(pointer=pointer, code="window_ends_before_it_starts")
    elif any(later[0] < earlier[1] for earlier, later in pairwise(ordered)):
        yield FieldFault(pointer=pointer, code="windows_overlap")


def _minutes(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])

"""A calendar as data: what an administrator writes, and what may be wrong with it.

The arithmetic on it is in `calendar.py`; which calendar holds for whom is in `choice.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

import msgspec
from msgspec import Meta

from chassis.errors import FieldFault
from contracts.calls.base import Line, Slug
from contracts.days import read_date
from contracts.hours import DAY_MINUTES, Span, Week, Windows, spans
from services.sla.domain.dates import date_faults, pointer_to

#: The list that `"IR"` stands for, and the one that every installation starts with.
OFFICIAL = "ir-official"
#: Every target is reached within decades, because a week has at least this much business time.
LEAST_WEEKLY_MINUTES = 4 * 60


class CalendarTerms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When business time runs, and for whom."""

    week: Week
    zone: str = "Asia/Tehran"
    #: The lists whose days are closed; `"IR"`, as it was written first, is the official one.
    holidays: Annotated[list[Slug], Meta(max_length=20)] | Literal["IR"] | None = None
    #: Windows of single days, in place of the week's and of a holiday: `{"1405-01-13": []}` closes
    #: a day, `{"2026-03-25": ["08:00-12:00"]}` opens half of it.
    exceptions: Annotated[dict[str, Windows], Meta(max_length=2000)] = {}
    #: Whose tickets go by it where an agreement leaves the calendar out.
    subjects: Annotated[list[Slug], Meta(max_length=1000)] = []
    units: Annotated[list[Slug], Meta(max_length=1000)] = []
    #: It holds for everybody for whom no other does.
    default: bool = False
    #: What people call it, by language.
    title: dict[str, Line] = {}

    def lists(self) -> list[str]:
        """Give the ids of the holiday lists."""
        return [OFFICIAL] if self.holidays == "IR" else list(self.holidays or ())

    def spans_by_weekday(self) -> list[list[Span]]:
        """Give the windows of each weekday, Monday first as Python counts them."""
        return [spans(windows) for windows in self.week.by_weekday().values()]

    def spans_by_date(self) -> dict[date, list[Span]]:
        """Give the windows of the exceptional days."""
        return {read_date(text): spans(windows) for text, windows in self.exceptions.items()}


def faults(terms: CalendarTerms) -> Iterator[FieldFault]:
    """Tell what is wrong with a calendar beyond its shape, looking at it alone."""
    if terms.zone not in available_timezones():
        yield FieldFault(pointer="/zone", code="zone_unknown")
    for name in ("holidays", "subjects", "units"):
        yield from _repeated(name, getattr(terms, name))
    yield from _week_faults(terms)
    for text, windows in terms.exceptions.items():
        yield from _window_faults(pointer_to("/exceptions", text), windows)
    yield from date_faults("/exceptions", terms.exceptions)
    weekly = sum(end - start for day in terms.spans_by_weekday() for start, end in day)
    if weekly < LEAST_WEEKLY_MINUTES:
        yield FieldFault(
            pointer="/week", code="too_few_hours", params={"hours": LEAST_WEEKLY_MINUTES // 60}
        )


def zone_of(terms: CalendarTerms) -> ZoneInfo:
    """Give the zone in which the windows are read."""
    return ZoneInfo(terms.zone)


def _repeated(name: str, ids: list[str] | str | None) -> Iterator[FieldFault]:
    if isinstance(ids, list):
        for position, item in enumerate(ids):
            if item in ids[:position]:
                yield FieldFault(pointer=f"/{name}/{position}", code="named_twice")


def _week_faults(terms: CalendarTerms) -> Iterator[FieldFault]:
    days = list(terms.week.by_weekday().items())
    for position, (day, windows) in enumerate(days):
        found = list(_window_faults(f"/week/{day}", windows))
        yield from found
        night_ends = max((end for _, end in spans(days[position - 1][1])), default=0) - DAY_MINUTES
        if not found and any(start < night_ends for start, _ in spans(windows)):
            yield FieldFault(pointer=f"/week/{day}", code="windows_overlap")


def _window_faults(pointer: str, windows: list[str]) -> Iterator[FieldFault]:
    ordered = spans(windows)
    if any(start == end for start, end in ordered):
        yield FieldFault(pointer=pointer, code="window_empty")
    elif any(later[0] < earlier[1] for earlier, later in pairwise(ordered)):
        yield FieldFault(pointer=pointer, code="windows_overlap")

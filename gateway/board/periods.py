"""The periods that reports are asked for: months of the reader's calendar, and the last days."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final, NamedTuple

from persiantools.jdatetime import JalaliDate

from contracts.days import JALALI_YEARS, read_date
from gateway.days import month_parts, month_shifted
from gateway.texts import digits, latin, text

#: Choices that end today, by how many days they have.
_LAST_DAYS: Final = {"7d": 7, "30d": 30, "90d": 90}
USUAL: Final = "30d"
#: The key of days that a reader wrote himself, and how many they may be.
OWN: Final = "own"
_MOST_DAYS: Final = 1100
_MONTHS: Final = 12
_MONTH: Final = re.compile(r"([0-9]{4})-([0-9]{2})")


class Period(NamedTuple):
    """Days that a report is about, both included, and as many before them to compare with."""

    key: str
    first: date
    last: date
    before_first: date
    before_last: date


class Choice(NamedTuple):
    """A period as a reader chooses it."""

    key: str
    title: str


def period_of(key: str, today: date) -> Period:
    """Give the period of a key such as `30d`, `1405-08` or `2026-11`; the usual one otherwise.

    A month that goes on is compared with as many days of the month before.
    """
    month = _first_of_month(key)
    if month is None or month > today:
        key = key if key in _LAST_DAYS else USUAL
        days = _LAST_DAYS[key]
        first = today - timedelta(days=days - 1)
        return Period(key, first, today, first - timedelta(days=days), first - timedelta(days=1))
    calendar_end = _next_month(key) - timedelta(days=1)
    last = min(calendar_end, today)
    before = _month_before(key)
    whole = last == calendar_end
    end = month - timedelta(days=1)
    return Period(key, month, last, before, end if whole else min(end, before + (last - month)))


def own_period(typed_first: str, typed_last: str, today: date) -> Period | None:
    """Give the days from one to another, as they were typed; None for what is no such period.

    Days are written as `۱۴۰۵/۹/۲` or `2026-11-23`; nothing is counted after today.
    """
    days = [_read_day(typed_first), _read_day(typed_last)]
    known = [day for day in days if day is not None]
    if len(known) < len(days):
        return None
    first, last = min(known), min(max(known), today)
    span = last - first + timedelta(days=1)
    if not 0 < span.days <= _MOST_DAYS:
        return None
    return Period(OWN, first, last, first - span, first - timedelta(days=1))


def _read_day(typed: str) -> date | None:
    parts = latin(typed).strip().replace("/", "-").split("-")
    try:
        return read_date("-".join(part.zfill(2) for part in parts))
    except ValueError:
        return None


def choices(today: date, language: str) -> list[Choice]:
    """Give the periods that a reader may choose, the newest month first."""
    last_days = [Choice(key, text(language, f"report.period_{key}")) for key in _LAST_DAYS]
    months, key = [], _key_of(today, language)
    for _ in range(_MONTHS):
        months.append(Choice(key, _title(key, language)))
        key = month_shifted(key, -1)
    return [*last_days, *months]


def _title(key: str, language: str) -> str:
    year, month = month_parts(key)
    calendar = "jalali" if year in JALALI_YEARS else "gregorian"
    return f"{text(language, f'calendar.{calendar}_{month}')} {digits(year, language)}"


def _key_of(day: date, language: str) -> str:
    shown = JalaliDate(day) if language == "fa" else day
    return f"{shown.year}-{shown.month:02}"


def _first_of_month(key: str) -> date | None:
    if not _MONTH.fullmatch(key):
        return None
    year, month = month_parts(key)
    try:
        if year in JALALI_YEARS:
            return JalaliDate(year, month, 1).to_gregorian()
        return date(year, month, 1)
    except ValueError:
        return None


def _next_month(key: str) -> date:
    return _first_of_month(month_shifted(key, 1)) or date.max


def _month_before(key: str) -> date:
    return _first_of_month(month_shifted(key, -1)) or date.min

"""A month of a calendar, day by day, in weeks: when each day is open, and why it is closed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from persiantools.jdatetime import JalaliDate

from contracts.days import JALALI_YEARS, read_date
from contracts.hours import WEEKDAYS
from gateway.days import month_parts, month_shifted
from gateway.texts import LANGUAGES, digits, latin, text

_MONTH: Final = re.compile(r"([0-9]{4})-([0-9]{1,2})")
_TIME: Final = re.compile(r"([0-9]{1,2})(?::([0-9]{2}))?")
_YEAR: Final = 12
_WEEK: Final = 7
#: Years that calendars are looked at in.
_JALALI: Final = range(1390, 1450)
_GREGORIAN: Final = range(2011, 2071)


class Day(NamedTuple):
    """A day of the grid."""

    day: date
    #: Of the month, in the reader's calendar.
    number: int
    is_in_month: bool
    windows: list[str]
    #: `open`, `weekend`, `holiday`, or `exception` for hours of its own.
    kind: str
    #: Of a holiday, in the reader's language.
    name: str
    #: How the calendar's exceptions write the day, where it is one.
    written: str


class Month(NamedTuple):
    """A month of the reader's calendar."""

    key: str
    title: str
    before: str
    after: str
    weekdays: list[str]
    weeks: list[list[Day]]


def month_of(
    key: str, today: date, definition: Mapping[str, Any], lists: Mapping[str, Any], language: str
) -> Month:
    """Give the month of a key such as `1405-09` or `2026-11`, this one for anything else."""
    key = _known(key, today, language)
    first, following = _first(key), _first(month_shifted(key, 1))
    start = first - timedelta(days=_since_week_began(first, language))
    exceptions = {read_date(each): each for each in definition.get("exceptions", {})}
    names = _names(definition, lists, language)
    days: list[Day] = []
    day = start
    while day < following or len(days) % _WEEK:
        days.append(_day(day, first <= day < following, definition, exceptions, names, language))
        day += timedelta(days=1)
    return Month(
        key=key,
        title=_title(key, language),
        before=month_shifted(key, -1),
        after=month_shifted(key, 1),
        weekdays=[
            text(language, f"calendar.weekday_{each.day.weekday()}") for each in days[:_WEEK]
        ],
        weeks=[days[place : place + _WEEK] for place in range(0, len(days), _WEEK)],
    )


def windows_of(typed: str) -> list[str]:
    """Read hours as people write them: `8-12, 13:30 to 16` is 08:00-12:00 and 13:30-16:00.

    What is none is given as it was typed, for the service to refuse.
    """
    until = "|".join(text(language, "clockwork.until") for language in LANGUAGES)
    cleaned = re.sub(rf"\s*(?:-|–|—|{until})\s*", "-", latin(typed).strip())
    return [_window(part) for part in re.split(r"[^\w:-]+", cleaned) if part]


def hours_shown(windows: Iterable[str], language: str) -> str:
    """Write hours as people of the language do: `08:00-12:00, 13:00-16:00`, «۰۸:۰۰ تا ۱۲:۰۰»."""
    shown = (_between(window, "-", language) for window in windows)
    return text(language, "clockwork.comma").join(shown)


def short(window: str, language: str) -> str:
    """Write hours in few signs: `8–16`, `8:30–12`, «۸ تا ۱۶»."""
    return _between(re.sub(r"(?<![:\d])0(?=\d)|:00", "", window), "–", language)


def _between(window: str, sign: str, language: str) -> str:
    """Write from when until when; in Persian with a word, for a sign turns figures about."""
    until = f" {text(language, 'clockwork.until')} " if language == "fa" else sign
    return digits(window.replace("-", until), language)


def _window(part: str) -> str:
    opens, _, closes = part.partition("-")
    return f"{_time(opens)}-{_time(closes)}"


def _time(part: str) -> str:
    found = _TIME.fullmatch(part)
    return f"{int(found[1]):02}:{found[2] or '00'}" if found else part


def _day(
    day: date,
    is_in_month: bool,  # noqa: FBT001 - one caller, by place
    definition: Mapping[str, Any],
    exceptions: Mapping[date, str],
    names: Mapping[date, str],
    language: str,
) -> Day:
    weekly = definition.get("week", {}).get(WEEKDAYS[day.weekday()], [])
    if day in exceptions:
        windows, kind = definition["exceptions"][exceptions[day]], "exception"
    elif day in names:
        windows, kind = [], "holiday"
    else:
        windows, kind = weekly, "open" if weekly else "weekend"
    number = JalaliDate(day).day if language == "fa" else day.day
    return Day(day, number, is_in_month, windows, kind, names.get(day, ""), exceptions.get(day, ""))


def _names(
    definition: Mapping[str, Any], lists: Mapping[str, Any], language: str
) -> dict[date, str]:
    named = definition.get("holidays") or []
    wanted = ["ir-official"] if named == "IR" else named
    found: dict[date, str] = {}
    for name in wanted:
        for written, title in lists.get(name, {}).get("days", {}).items():
            found.setdefault(read_date(written), title.get(language, ""))
    return found


def _known(key: str, today: date, language: str) -> str:
    shown = JalaliDate(today) if language == "fa" else today
    usual = f"{shown.year}-{shown.month:02}"
    found = _MONTH.fullmatch(key)
    if not found or not 1 <= int(found[2]) <= _YEAR:
        return usual
    return key if int(found[1]) in _JALALI or int(found[1]) in _GREGORIAN else usual


def _first(key: str) -> date:
    year, month = month_parts(key)
    return (
        JalaliDate(year, month, 1).to_gregorian() if year in JALALI_YEARS else date(year, month, 1)
    )


def _title(key: str, language: str) -> str:
    year, month = month_parts(key)
    calendar = "jalali" if year in JALALI_YEARS else "gregorian"
    return text(
        language, "clockwork.month", month=text(language, f"calendar.{calendar}_{month}"), year=year
    )


def _since_week_began(day: date, language: str) -> int:
    """Count the days since Saturday in Persian, since Monday in English."""
    return (day.weekday() + 2) % _WEEK if language == "fa" else day.weekday()

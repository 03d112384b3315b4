"""How days are written: Jalali in Persian, Gregorian in English, or as a form wants it."""

from __future__ import annotations

from datetime import date
from typing import Final

from persiantools.jdatetime import JalaliDate

from gateway.texts import digits, text

_MONTHS: Final = 12


def day_shown(day: date, language: str, calendar: str = "reader") -> str:
    """Give a day with its weekday, in the calendar; that of the language for `reader`."""
    return text(language, "calendar.day", **day_parts(day, language, calendar))


def day_in(day: date, calendar: str, language: str) -> str:
    """Give a day in figures, in the calendar; that of the language for `reader`."""
    shown = JalaliDate(day) if _named(calendar, language) == "jalali" else day
    return digits(f"{shown.year}/{shown.month:02}/{shown.day:02}", language)


def day_parts(day: date, language: str, calendar: str = "reader") -> dict[str, str]:
    """Give the words and figures of a day, in the calendar; that of the language for `reader`."""
    calendar = _named(calendar, language)
    shown = JalaliDate(day) if calendar == "jalali" else day
    return {
        # Monday is 0 in Python, and the catalogue counts as Python does.
        "weekday": text(language, f"calendar.weekday_{day.weekday()}"),
        "day": digits(shown.day, language),
        "month": text(language, f"calendar.{calendar}_{shown.month}"),
        "year": digits(shown.year, language),
    }


def _named(calendar: str, language: str) -> str:
    if calendar != "reader":
        return calendar
    return "jalali" if language == "fa" else "gregorian"


def month_parts(key: str) -> tuple[int, int]:
    """Give year and month of `1405-09` or `2026-11`."""
    year, _, month = key.partition("-")
    return int(year), int(month)


def month_shifted(key: str, months: int) -> str:
    """Give the month so many after another one, or before it."""
    year, month = month_parts(key)
    year, month = divmod(year * _MONTHS + month - 1 + months, _MONTHS)
    return f"{year}-{month + 1:02}"

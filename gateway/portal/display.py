"""How pages show instants, numbers and codes: Jalali in Persian, Gregorian in English."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from persiantools.jdatetime import JalaliDate

from gateway.texts import digits, text

_GROUP: Final = 4


def code_shown(code: str) -> str:
    """Give a tracking code as people read it aloud: `1234-5678-9012`, always in Latin digits."""
    return "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))


def instant_shown(instant: datetime, language: str, zone: str) -> str:
    """Give an instant as day and time of the zone, in the calendar of the language."""
    local = instant.astimezone(ZoneInfo(zone))
    # Monday is 0 in Python, and the catalogue counts as Python does.
    weekday = text(language, f"calendar.weekday_{local.weekday()}")
    date = JalaliDate(local.date()) if language == "fa" else local.date()
    calendar = "jalali" if language == "fa" else "gregorian"
    month = text(language, f"calendar.{calendar}_{date.month}")
    return text(
        language,
        "calendar.instant",
        weekday=weekday,
        day=digits(date.day, language),
        month=month,
        year=digits(date.year, language),
        time=digits(f"{local:%H:%M}", language),
    )

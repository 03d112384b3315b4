"""How pages show instants, durations and codes: Jalali in Persian, Gregorian in English."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from gateway.days import day_parts, day_shown
from gateway.texts import digits, text

_GROUP: Final = 4
_DAY: Final = 24 * 3600
#: A mobile number here: what is dialled after the zero.
_MOBILE: Final = re.compile(r"\+98([0-9]{3})([0-9]{3})([0-9]{4})")
#: What browsers and systems are known by, before those that say the same beside it.
_BROWSERS: Final = (
    ("Firefox/", "Firefox"),
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def code_shown(code: str) -> str:
    """Give a tracking code as people read it aloud: `1234-5678-9012`, always in Latin digits."""
    return "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))


def contact_shown(contact: str, language: str) -> str:
    """Give a number as people here write it, `0912 123 4567`; an address as it is."""
    if "@" in contact:
        return contact
    return digits(_MOBILE.sub(r"0\1 \2 \3", contact), language)


def instant_shown(instant: datetime, language: str, zone: str, calendar: str = "reader") -> str:
    """Give an instant as day and time of the zone; in the language's calendar for `reader`."""
    local = instant.astimezone(ZoneInfo(zone))
    time = digits(f"{local:%H:%M}", language)
    return text(
        language, "calendar.instant", time=time, **day_parts(local.date(), language, calendar)
    )


def foretold_shown(
    instant: datetime, now: datetime, language: str, zone: str, calendar: str = "reader"
) -> str:
    """Give an expected instant no more exactly than it is known: as a day, unless it is near."""
    if (instant - now).total_seconds() < _DAY:
        return instant_shown(instant, language, zone, calendar)
    return day_shown(instant.astimezone(ZoneInfo(zone)).date(), language, calendar)


def duration_shown(seconds: float, language: str, *, in_days: bool = False) -> str:
    """Give a duration in hours, minutes and seconds; in days first where a day is 24 hours."""
    units = [("day", _DAY)] if in_days and seconds >= 2 * _DAY else []
    shown, left = [], round(seconds)
    for name, size in [*units, ("hour", 3600), ("minute", 60), ("second", 1)]:
        count, left = divmod(left, size)
        if count:
            key = f"page.duration.{name}" if count == 1 else f"page.duration.{name}s"
            shown.append(text(language, key, count=count))
    last = text(language, "page.duration.and").join(shown[-2:])
    return text(language, "page.duration.comma").join([*shown[:-2], last])


def agent_shown(agent: str) -> str:
    """Give what a browser or program calls itself in two words: `Firefox, Windows`."""
    browser = next((name for sign, name in _BROWSERS if sign in agent), "")
    system = next((name for sign, name in _SYSTEMS if sign in agent), "")
    return ", ".join(filter(None, (browser, system))) or agent.partition(" ")[0][:40] or "?"

"""Spans of time in few words, as lists show them; `static/due.js` counts on with the same words."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from gateway.texts import catalogue, digits, text

_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 24 * _HOUR
#: Up to here minutes are told beside the hours, and hours instead of days.
_FINE_HOURS: Final = 6
_HOURS: Final = 48
#: What the browser needs to count on.
WORDS: Final = ("day", "hour", "minute", "moment", "both", "left", "late")


def span_shown(seconds: float, language: str) -> str:
    """Give a span to the minute when it is short, to the day when it is long."""
    whole = max(0, int(seconds))
    minutes, hours, days = whole // _MINUTE, whole // _HOUR, whole // _DAY
    if minutes < 1:
        return text(language, "span.moment")
    if hours < 1:
        return text(language, "span.minute", n=minutes)
    if hours >= _HOURS:
        return text(language, "span.day", n=days)
    shown = text(language, "span.hour", n=hours)
    rest = minutes % 60
    if hours >= _FINE_HOURS or not rest:
        return shown
    return text(language, "span.both", first=shown, second=text(language, "span.minute", n=rest))


def due_shown(due_at: datetime, now: datetime, language: str) -> str:
    """Say how long is left, or since when it is late."""
    left = (due_at - now).total_seconds()
    key = "span.left" if left > 0 else "span.late"
    return text(language, key, span=span_shown(abs(left), language))


def words(language: str) -> dict[str, str]:
    """Give the words for the browser, which writes the numbers itself."""
    known = catalogue(language)
    return {name: known[f"span.{name}"] for name in WORDS} | {"zero": digits(0, language)}

"""Why a clock is due when it is, in plain words of the reader's language."""

from __future__ import annotations

from typing import Any, Final
from zoneinfo import ZoneInfo

from msgspec.structs import asdict

from contracts.calls.sla import Explanation, ExplanationLine
from gateway.answers import ToldLine
from gateway.pages.display import instant_shown
from gateway.texts import digits, text

_UNITS: Final = (("hours", 3600), ("minutes", 60), ("seconds", 1))


def told(explanation: Explanation, language: str, zone: str) -> list[ToldLine]:
    """Give the lines of an explanation, each with its sentence."""
    return [
        ToldLine(**asdict(line), text=in_words(line, explanation, language, zone))
        for line in explanation.lines
    ]


def in_words(line: ExplanationLine, explanation: Explanation, language: str, zone: str) -> str:
    """Give the sentence of a line."""
    target = line.target_seconds or explanation.target_seconds
    params: dict[str, Any] = {
        "from": instant_shown(line.from_at, language, zone),
        "to": _end(line, language, zone),
        "seconds": duration(line.seconds, language),
        "target": duration(target, language),
        "left": duration(explanation.left_seconds, language),
        "holder": _holder(line.holder, language),
        "title": (line.title or {}).get(language, ""),
        "agreement": _isolated(line.agreement),
        "agreement_version": line.agreement_version,
        "calendar": _isolated(line.calendar),
        "calendar_version": line.calendar_version,
    }
    return text(language, f"explain.{_key(line)}", **params)


def duration(seconds: float, language: str) -> str:
    """Write business time in hours, minutes and seconds: a day of it has no fixed length."""
    left, parts = round(abs(seconds)), []
    for unit, size in _UNITS:
        count, left = divmod(left, size)
        if count:
            parts.append(text(language, f"duration.{unit}", count=digits(count, language)))
    if not parts:
        parts.append(text(language, "duration.minutes", count=digits(0, language)))
    return text(language, "duration.and").join(parts)


def _isolated(name: str | None) -> str:
    """Write an id such that it disturbs no sentence of the other direction."""
    return f"\u2068{name}\u2069"


def _end(line: ExplanationLine, language: str, zone: str) -> str:
    """Write the end of a line: the time alone where it is the same day."""
    if line.to_at is None:
        return ""
    start, end = (at.astimezone(ZoneInfo(zone)) for at in (line.from_at, line.to_at))
    if start.date() == end.date():
        return digits(f"{end:%H:%M}", language)
    return instant_shown(line.to_at, language, zone)


def _key(line: ExplanationLine) -> str:
    if line.kind == "closed":
        return f"closed_{line.reason}"
    if line.kind == "started" and line.seconds:
        return "started_used"
    return "due_over" if line.kind == "due" and line.seconds > 0 else line.kind


def _holder(holder: str | None, language: str) -> str:
    if holder is None:
        return ""
    if not holder.startswith("unit:"):
        return text(language, f"holder.{holder}")
    unit, _, tier = holder.removeprefix("unit:").rpartition("/")
    return text(language, "holder.at_unit", unit=_isolated(unit), tier=digits(tier, language))

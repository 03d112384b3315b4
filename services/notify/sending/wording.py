"""How codes, times, spans and people's own words are written in one language.

A tracking code stays in Latin digits and left to right, also in the middle of Persian; what people
wrote is isolated, so that its direction does not disturb the sentence around it.
"""

from __future__ import annotations

import math
import unicodedata
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from persiantools.jdatetime import JalaliDateTime

_LEFT_TO_RIGHT, _AS_IT_IS, _END = "\u2066", "\u2068", "\u2069"
_PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
#: Marks that change the direction of what follows; in people's words they could escape the isolate.
_DIRECTIONS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
#: Control characters and halves of surrogate pairs.
_UNSEEN = frozenset({"Cc", "Cs"})
_MINUTE, _HOUR = 60, 3600
#: Up to here a span is told in minutes.
_LONG = 2 * _HOUR

#: As Python counts weekdays.
_WEEKDAYS = ("دوشنبه", "سه‌شنبه", "چهارشنبه", "پنجشنبه", "جمعه", "شنبه", "یکشنبه")
_UNITS = {
    "fa": {"second": "{} ثانیه", "minute": "{} دقیقه", "hour": "{} ساعت"},
    "en": {"second": "{} second", "minute": "{} minute", "hour": "{} hour"},
}
_REQUESTS = {"fa": "{} درخواست", "en": "{} request"}
_PROMISES = {"fa": "{} قول", "en": "{} promise"}
_AND = {"fa": " و ", "en": " and "}
_CLOCKS = {
    "fa": {
        "first_response": "نخستین پاسخ",
        "next_response": "پاسخ بعدی",
        "resolution": "انجام درخواست",
    },
    "en": {
        "first_response": "first response",
        "next_response": "next response",
        "resolution": "resolution",
    },
}


class Wording:
    """Writes values in one language."""

    def __init__(self, language: str, zone: str) -> None:
        self._language = language
        self._zone = ZoneInfo(zone)

    def code(self, code: str) -> str:
        """Give a tracking code as people read it: 4-4-4."""
        grouped = "-".join(code[start : start + 4] for start in range(0, len(code), 4))
        return f"{_LEFT_TO_RIGHT}{grouped}{_END}"

    def words(self, text: str, most: int = 0) -> str:
        """Give somebody's own words on one line, isolated, cut after `most` characters."""
        line = " ".join(_visible(text).split())
        if most and len(line) > most:
            line = line[: most - 1].rstrip() + "…"
        return f"{_AS_IT_IS}{line}{_END}"

    def passage(self, text: str) -> str:
        """Give somebody's own words with their line breaks."""
        lines = _visible(text).strip().splitlines()
        return "\n".join(f"{_AS_IT_IS}{line}{_END}" if line.strip() else "" for line in lines)

    def time(self, instant: datetime) -> str:
        """Give an instant in the organisation's zone: Jalali in Persian."""
        local = instant.astimezone(self._zone)
        if self._language == "fa":
            jalali: Any = JalaliDateTime.to_jalali(local)
            return jalali.strftime("%Y/%m/%d ساعت %H:%M", locale="en").translate(_PERSIAN)
        return local.strftime("%Y-%m-%d %H:%M")

    def day(self, instant: datetime) -> str:
        """Give the day of an instant in the organisation's zone: Jalali in Persian."""
        local = instant.astimezone(self._zone)
        if self._language == "fa":
            jalali: Any = JalaliDateTime.to_jalali(local)
            weekday = _WEEKDAYS[local.weekday()]
            return f"{weekday} {jalali.strftime('%Y/%m/%d', locale='en').translate(_PERSIAN)}"
        return local.strftime("%A, %Y-%m-%d")

    def span(self, seconds: float) -> str:
        """Give a length of time: whole minutes, rounded up; seconds below one minute."""
        if seconds < _MINUTE:
            return self._count("second", math.ceil(seconds))
        minutes = math.ceil(seconds / _MINUTE)
        if minutes * _MINUTE < _LONG:
            return self._count("minute", minutes)
        hours, minutes = divmod(minutes, 60)
        parts = [self._count("hour", hours)]
        if minutes:
            parts.append(self._count("minute", minutes))
        return _AND[self._language].join(parts)

    def requests(self, number: int) -> str:
        """Give a number of requests."""
        return self._number(_REQUESTS[self._language], number)

    def promises(self, number: int) -> str:
        """Give a number of promises."""
        return self._number(_PROMISES[self._language], number)

    def clock(self, name: str) -> str:
        """Give the name of a target; one that the organisation named itself stays as it is."""
        return _CLOCKS[self._language].get(name) or self.words(name, 40)

    def _count(self, unit: str, number: int) -> str:
        return self._number(_UNITS[self._language][unit], number)

    def _number(self, words: str, number: int) -> str:
        text = words.format(number)
        if self._language == "fa":
            return text.translate(_PERSIAN)
        return text if number == 1 else text + "s"


def _visible(text: str) -> str:
    """Give the text with spaces for control characters, without direction marks."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_DIRECTIONS)
    return "".join(
        " " if character != "\n" and unicodedata.category(character) in _UNSEEN else character
        for character in text
    )

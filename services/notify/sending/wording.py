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

    def __init__(
        self, language: str, zone: str, *, calendar: str = "reader", digits: str = "reader"
    ) -> None:
        """Write as the language does, or in the calendar and the digits that a reader wants."""
        is_persian = language == "fa"
        self._language = language
        self._zone = ZoneInfo(zone)
        self._is_jalali = is_persian if calendar == "reader" else calendar == "jalali"
        self._is_persian = is_persian if digits == "reader" else digits == "persian"

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
        """Give an instant in the organisation's zone and the reader's calendar."""
        local = instant.astimezone(self._zone)
        at = " ساعت " if self._language == "fa" else " "
        return self._digits(f"{self._date(local)}{at}{local:%H:%M}")

    def day(self, instant: datetime) -> str:
        """Give the day of an instant in the organisation's zone and the reader's calendar."""
        local = instant.astimezone(self._zone)
        if self._language == "fa":
            return self._digits(f"{_WEEKDAYS[local.weekday()]} {self._date(local)}")
        return self._digits(f"{local:%A}, {self._date(local)}")

    def number(self, value: object) -> str:
        """Give figures as they are, in the reader's digits."""
        return self._digits(str(value))

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
        plural = "s" if self._language == "en" and number != 1 else ""
        return self._digits(words.format(number)) + plural

    def _date(self, local: datetime) -> str:
        shown: Any = JalaliDateTime.to_jalali(local) if self._is_jalali else local
        mark = "/" if self._language == "fa" else "-"
        return mark.join((f"{shown.year}", f"{shown.month:02}", f"{shown.day:02}"))

    def _digits(self, text: str) -> str:
        return text.translate(_PERSIAN) if self._is_persian else text


def _visible(text: str) -> str:
    """Give the text with spaces for control characters, without direction marks."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_DIRECTIONS)
    return "".join(
        " " if character != "\n" and unicodedata.category(character) in _UNSEEN else character
        for character in text
    )

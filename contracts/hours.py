"""Hours of a day and a week as people write them."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

#: `08:00-16:00`; `24:00` is the end of the day. `22:00-06:00` ends on the next day and belongs to
#: the day on which it opens.
Window = Annotated[
    str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")
]
Windows = Annotated[list[Window], Meta(max_length=24)]
#: Opening and closing in minutes since midnight of the day on which it opens, on the wall clock;
#: a window over midnight closes after 24 * 60.
Span = tuple[int, int]
DAY_MINUTES = 24 * 60

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Week(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The windows of each weekday; a day without any is closed."""

    saturday: Windows = []
    sunday: Windows = []
    monday: Windows = []
    tuesday: Windows = []
    wednesday: Windows = []
    thursday: Windows = []
    friday: Windows = []

    def by_weekday(self) -> dict[str, list[str]]:
        """Give the windows by the day's name, Monday first as Python counts them."""
        days = msgspec.structs.asdict(self)
        return {day: days[day] for day in WEEKDAYS}


def spans(windows: list[str]) -> list[Span]:
    """Give windows in the order of the day."""
    return sorted(_span(text) for text in windows)


def _span(window: str) -> Span:
    opens, closes = _minutes(window[:5]), _minutes(window[6:])
    return opens, closes + (DAY_MINUTES if closes < opens else 0)


def _minutes(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])

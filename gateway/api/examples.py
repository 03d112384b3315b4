"""Definitions as administrators may write them, for the API's document."""

from __future__ import annotations

from typing import Any, Final, NamedTuple


class Example(NamedTuple):
    """What a definition may look like, and what may be wrong with one."""

    answer: dict[str, Any]
    note: str
    #: Codes of faults.
    faults: tuple[str, ...]


_WORKDAY: Final = ["08:00-12:00", "13:00-16:00"]

CALENDAR: Final = Example(
    answer={
        "id": "fars-office",
        "version": 3,
        "definition": {
            "zone": "Asia/Tehran",
            "week": {
                **dict.fromkeys(("saturday", "sunday", "monday", "tuesday"), _WORKDAY),
                "wednesday": [*_WORKDAY, "22:00-06:00"],
                "thursday": ["08:00-12:00"],
            },
            "holidays": ["ir-official", "province-fars"],
            "exceptions": {"1405-01-05": ["09:00-12:00"], "2026-11-24": []},
            "units": ["fars"],
            "subjects": ["pension.survivors"],
            "default": False,
        },
    },
    note="A window that ends before it begins ends on the next day and belongs to the day on which "
    "it opens. A day is what its exception says, else closed where a list of `holidays` names it, "
    "else the week's. `subjects`, `units` and `default` say for whom the calendar holds where an "
    "agreement leaves it open: the subject's, else the unit's, else the default one. Every change "
    "is a new version.",
    faults=(
        "invalid",
        "zone_unknown",
        "window_empty",
        "windows_overlap",
        "too_few_hours",
        "date_malformed",
        "date_repeated",
        "named_twice",
        "holidays_not_found",
        "has_another_calendar",
        "another_default_calendar",
    ),
)

HOLIDAYS: Final = Example(
    answer={
        "id": "province-fars",
        "version": 1,
        "definition": {
            "days": {
                "1405-02-15": {"fa": "روز شیراز", "en": "Shiraz Day"},
                "2027-01-12": {"fa": "آلودگی هوا", "en": "Air pollution"},
            }
        },
    },
    note="Days are Jalali or Gregorian by their year. The list `ir-official` is there from the "
    "start. A list that closes other days than before is a new version of every calendar that "
    "names it.",
    faults=("invalid", "date_malformed", "date_repeated"),
)

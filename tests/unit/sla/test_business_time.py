"""Worked examples of business time, by hand, and the same by an independent minute counter."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import holidays
import pytest

from services.sla.demo import CALENDARS
from tests.unit.sla.world import a_calendar, every_day, local

OFFICE = CALENDARS["tehran-office"]
CHANGED = {
    **OFFICE,
    "exceptions": {
        "1405-09-02": [],  # a Monday closed
        "2026-11-24": ["10:00-12:00"],  # a short Tuesday
        "1405-09-06": ["08:00-10:00"],  # a Friday opened
        "1405-01-04": ["08:00-12:00"],  # a holiday opened by half
        "1403-12-30": ["08:00-09:00"],  # the day that only leap years have
    },
}
SPLIT = {"week": every_day("08:00-12:00", "13:00-17:00")}
NIGHT = {"week": every_day("22:00-24:00", "00:00-02:00")}
ALWAYS = CALENDARS["around-the-clock"]
EARLY = {"zone": "Europe/Berlin", "week": every_day("00:00-06:00")}
IN_THE_GAP = {"zone": "Europe/Berlin", "week": every_day("02:15-02:45", "12:00-13:00")}

HOUR = 3600

# In the weeks used, 21 November 2026 is a Saturday; Nowruz closes 20 to 24 March 2026, the
# Republic and Nature days 1 and 2 April.
EXAMPLES: list[tuple[dict[str, Any], str, float, str]] = [
    # Inside one day, and at its edges.
    (OFFICE, "2026-11-22 09:00", HOUR, "2026-11-22 10:00"),
    (OFFICE, "2026-11-22 07:00", HOUR, "2026-11-22 09:00"),
    (OFFICE, "2026-11-22 08:00", 8 * HOUR, "2026-11-22 16:00"),
    (OFFICE, "2026-11-22 08:00", 8 * HOUR + 1, "2026-11-23 08:00:01"),
    (OFFICE, "2026-11-22 16:00", HOUR, "2026-11-23 09:00"),
    (OFFICE, "2026-11-22 15:30", HOUR, "2026-11-23 08:30"),
    (OFFICE, "2026-11-22 15:59:58", 4, "2026-11-23 08:00:02"),
    (OFFICE, "2026-11-22 18:00", 0, "2026-11-22 18:00"),
    (OFFICE, "2026-11-22 15:59:59.500", 0.75, "2026-11-23 08:00:00.250"),
    # The half Thursday, the free Friday, a whole week.
    (OFFICE, "2026-11-25 15:00", 2 * HOUR, "2026-11-26 09:00"),
    (OFFICE, "2026-11-26 08:00", 4 * HOUR, "2026-11-26 12:00"),
    (OFFICE, "2026-11-26 12:00", 1, "2026-11-28 08:00:01"),
    (OFFICE, "2026-11-26 11:00", 2 * HOUR, "2026-11-28 09:00"),
    (OFFICE, "2026-11-27 10:00", 4 * HOUR, "2026-11-28 12:00"),
    (OFFICE, "2026-11-21 08:00", 44 * HOUR, "2026-11-26 12:00"),
    (OFFICE, "2026-11-21 08:00", 44 * HOUR + 60, "2026-11-28 08:01"),
    (OFFICE, "2026-11-22 09:00", 24 * HOUR, "2026-11-25 09:00"),
    # Official holidays.
    (OFFICE, "2026-03-19 11:00", 2 * HOUR, "2026-03-25 09:00"),
    (OFFICE, "2026-03-18 13:30", 24 * HOUR, "2026-03-28 13:30"),
    (OFFICE, "2026-03-31 15:00", 2 * HOUR, "2026-04-04 09:00"),
    # Exceptions, Jalali and Gregorian.
    (CHANGED, "2026-11-22 15:00", 2 * HOUR, "2026-11-24 11:00"),
    (CHANGED, "2026-11-24 09:00", 3 * HOUR, "2026-11-25 09:00"),
    (CHANGED, "2026-11-26 11:00", 2 * HOUR, "2026-11-27 09:00"),
    (CHANGED, "2026-03-19 11:00", 2 * HOUR, "2026-03-24 09:00"),
    (CHANGED, "2025-03-18 15:00", 2 * HOUR, "2025-03-20 09:00"),
    # Several windows a day, and windows to midnight.
    (SPLIT, "2026-11-22 11:30", HOUR, "2026-11-22 13:30"),
    (SPLIT, "2026-11-22 12:30", HOUR, "2026-11-22 14:00"),
    (SPLIT, "2026-11-22 08:00", 8 * HOUR, "2026-11-22 17:00"),
    (SPLIT, "2026-11-22 16:30", HOUR, "2026-11-23 08:30"),
    (NIGHT, "2026-11-22 23:00", 2 * HOUR, "2026-11-23 01:00"),
    (NIGHT, "2026-11-23 01:30", HOUR, "2026-11-23 22:30"),
    (NIGHT, "2026-11-22 22:00", 4 * HOUR, "2026-11-23 02:00"),
    (NIGHT, "2026-11-23 02:00", 1, "2026-11-23 22:00:01"),
    (NIGHT, "2026-12-31 23:00", 2 * HOUR, "2027-01-01 01:00"),
    # Tehran's last summer time began at midnight: that night 00:00 to 01:00 did not happen.
    (NIGHT, "2022-03-21 22:00", 3 * HOUR, "2022-03-22 02:00"),
    (ALWAYS, "2026-11-22 23:30", HOUR, "2026-11-23 00:30"),
    (ALWAYS, "2026-03-20 10:00", 72 * HOUR, "2026-03-23 10:00"),
]

# In Berlin 02:00 to 03:00 is skipped on 29 March 2026, and shown twice on 25 October. The last
# number says which of the two is meant.
BERLIN: list[tuple[dict[str, Any], str, int, float, str, int]] = [
    (EARLY, "2026-03-28 05:00", 0, 2 * HOUR, "2026-03-29 01:00", 0),
    (EARLY, "2026-03-29 00:00", 0, 5 * HOUR, "2026-03-29 06:00", 0),
    (EARLY, "2026-03-29 01:00", 0, 2 * HOUR, "2026-03-29 04:00", 0),
    (EARLY, "2026-10-25 00:00", 0, 7 * HOUR, "2026-10-25 06:00", 0),
    (EARLY, "2026-10-25 02:30", 0, HOUR, "2026-10-25 02:30", 1),
    (IN_THE_GAP, "2026-03-28 13:00", 0, 0.5 * HOUR, "2026-03-29 12:30", 0),
    (IN_THE_GAP, "2026-10-25 02:15", 0, 0.75 * HOUR, "2026-10-25 02:30", 1),
    (IN_THE_GAP, "2026-10-25 02:15", 0, 1.5 * HOUR, "2026-10-25 12:30", 0),
    (ALWAYS, "2026-03-29 01:30", 0, HOUR, "2026-03-29 03:30", 0),
]


@pytest.mark.parametrize(("definition", "start", "seconds", "due"), EXAMPLES)
def test_a_worked_example_in_tehran_holds_both_ways(definition, start, seconds, due):
    calendar = a_calendar(**definition)

    assert calendar.add(local(start), seconds) == local(due)
    assert calendar.between(local(start), local(due)) == seconds


@pytest.mark.parametrize(("definition", "start", "fold", "seconds", "due", "due_fold"), BERLIN)
def test_a_worked_example_over_a_change_of_summer_time_holds_both_ways(
    definition, start, fold, seconds, due, due_fold
):
    calendar = a_calendar(**definition)
    begin = local(start, "Europe/Berlin", fold)
    end = local(due, "Europe/Berlin", due_fold)

    assert calendar.add(begin, seconds) == end
    assert calendar.between(begin, end) == seconds


COUNTED = [
    (OFFICE, "2026-11-19 05:17", "2026-12-03 13:41"),
    (OFFICE, "2026-03-15 00:00", "2026-04-08 09:30"),
    (OFFICE, "2025-12-28 00:00", "2026-01-05 23:59"),
    (CHANGED, "2026-11-20 10:00", "2026-11-29 15:00"),
    (CHANGED, "2025-03-15 07:00", "2025-03-26 18:00"),
    (SPLIT, "2026-11-21 11:11", "2026-11-25 13:13"),
    (NIGHT, "2026-11-21 23:11", "2026-11-25 01:13"),
    (NIGHT, "2022-03-19 12:00", "2022-03-24 12:00"),
    (EARLY, "2026-03-26 12:00", "2026-04-01 03:33"),
    (EARLY, "2026-10-23 12:00", "2026-10-28 03:33"),
    (IN_THE_GAP, "2026-10-23 12:00", "2026-10-28 03:33"),
    (IN_THE_GAP, "2026-03-26 12:20", "2026-04-01 02:20"),
    (ALWAYS, "2026-03-28 12:00", "2026-03-30 12:00"),
]


@pytest.mark.parametrize(("definition", "start", "end"), COUNTED)
def test_counting_every_minute_gives_the_same(definition, start, end):
    minutes = counted_minutes(definition, local(start), local(end))

    measured = a_calendar(**definition).between(local(start), local(end))

    assert measured == minutes * 60


def counted_minutes(definition: dict[str, Any], start: datetime, end: datetime) -> int:
    """Look at the local clock once a minute, knowing nothing of how a calendar does it."""
    zone = ZoneInfo(definition.get("zone", "Asia/Tehran"))
    minute, count = start, 0
    while minute < end:
        shown = minute.astimezone(zone)
        now = shown.strftime("%H:%M")
        windows = _windows(definition, shown.date())
        count += any(window[:5] <= now < window[6:] for window in windows)
        minute += timedelta(minutes=1)
    return count


OFFICIAL = holidays.country_holidays("IR", years=[2025, 2026])
JALALI = {
    "1405-09-02": "2026-11-23",
    "1405-09-06": "2026-11-27",
    "1405-01-04": "2026-03-24",
    "1403-12-30": "2025-03-20",
}


def _windows(definition: dict[str, Any], day: date) -> list[str]:
    for text, windows in definition.get("exceptions", {}).items():
        if JALALI.get(text, text) == day.isoformat():
            return windows
    if definition.get("holidays") and day in OFFICIAL:
        return []
    return definition["week"].get(day.strftime("%A").lower(), [])


def test_measuring_backwards_is_negative():
    calendar = a_calendar(**OFFICE)

    assert calendar.between(local("2026-11-22 10:00"), local("2026-11-22 09:00")) == -HOUR


def test_adding_less_than_nothing_is_refused():
    with pytest.raises(ValueError, match="forwards"):
        a_calendar(**OFFICE).add(datetime(2026, 11, 22, tzinfo=UTC), -1)


def test_more_than_a_century_holds_is_refused():
    rare = a_calendar(week={"friday": ["08:00-12:00"]})

    with pytest.raises(OverflowError):
        rare.add(datetime(2026, 11, 22, tzinfo=UTC), 30_000 * HOUR)

"""Worked examples of business time: a table with reasons, and seconds and edges beside it."""

import tomllib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from services.sla.demo import CALENDARS
from services.sla.domain.calendar import Calendar
from services.sla.domain.hours import CalendarTerms, faults
from tests.unit.sla.counter import Counter, day_of
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


TABLE = tomllib.loads((Path(__file__).parent / "worked_examples.toml").read_text())


def closed_days(calendar: str) -> frozenset[date]:
    lists = TABLE["calendars"][calendar].get("holidays", [])
    return frozenset(day_of(text) for name in lists for text in TABLE["lists"][name])


def minutes_of(within: str) -> int:
    hours, minutes = within.split(":")
    return int(hours) * 60 + int(minutes)


def examples() -> list[Any]:
    return [pytest.param(each, id=f"{each['calendar']}-{n}") for n, each in enumerate(ROWS)]


ROWS = TABLE["examples"]


def test_the_table_has_enough_of_each_kind():
    assert len(ROWS) >= 60
    assert sum(each.get("by_hand", False) for each in ROWS) >= 12
    assert {each["calendar"] for each in ROWS} == set(TABLE["calendars"])


@pytest.mark.parametrize("calendar", TABLE["calendars"])
def test_the_tables_calendars_could_be_published(calendar):
    assert list(faults(msgspec.convert(TABLE["calendars"][calendar], CalendarTerms))) == []


@pytest.mark.parametrize("each", examples())
def test_an_example_of_the_table_holds_both_ways(each):
    terms = msgspec.convert(TABLE["calendars"][each["calendar"]], CalendarTerms)
    calendar = Calendar(terms, closed_days(each["calendar"]))
    seconds = minutes_of(each["within"]) * 60

    assert calendar.add(each["start"], seconds) == each["due"], each["why"]
    assert calendar.between(each["start"], each["due"]) == seconds, each["why"]


@pytest.mark.parametrize("each", examples())
def test_an_example_of_the_table_is_what_counting_minutes_gives(each):
    counter = Counter(TABLE["calendars"][each["calendar"]], closed_days(each["calendar"]))

    assert counter.due(each["start"], minutes_of(each["within"])) == each["due"], each["why"]


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

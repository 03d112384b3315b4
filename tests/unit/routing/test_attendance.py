"""When people are there: shifts on the calendar, leave, presence, and everybody at one moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from contracts.calls.routing import Shift
from contracts.hours import Week
from services.routing.domain.attendance import OnLeave, Roster, Times
from services.routing.domain.hours import Hours

#: A Saturday: 08:00 in Tehran is 04:30 UTC.
SATURDAY = datetime(2026, 11, 21, tzinfo=UTC)
DAYS = Week(saturday=["08:00-16:00"], sunday=["08:00-12:00", "13:00-16:00"])
NIGHTS = Week(saturday=["22:00-06:00"])


def at(hour: int, minute: int = 0, *, day: int = 0) -> datetime:
    """An hour in Tehran on a day counted from the Saturday."""
    wall = timedelta(days=day, hours=hour, minutes=minute)
    return SATURDAY + wall - timedelta(hours=3, minutes=30)


def hours(week: Week = DAYS, **exceptions: list[str]) -> Hours:
    days = {name.replace("_", "-")[1:]: windows for name, windows in exceptions.items()}
    return Hours(Shift(week=week, exceptions=days))


def times(**fields: Any) -> Times:
    return Times(**{"shift": Shift(week=DAYS), **fields})


def test_a_shift_runs_in_its_windows() -> None:
    open_at = [at(8), at(15, 59), at(13, day=1)]
    shut_at = [at(7, 59), at(16), at(12, 30, day=1), at(9, day=2)]

    assert all(hours().is_open(moment) for moment in open_at)
    assert not any(hours().is_open(moment) for moment in shut_at)


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    night = hours(NIGHTS)

    assert night.is_open(at(23))
    assert night.is_open(at(5, 59, day=1))
    assert not night.is_open(at(6, day=1))
    assert night.next_change(at(23)) == at(6, day=1)


def test_single_days_are_written_in_jalali_or_gregorian() -> None:
    closed = hours(d1405_08_30=[])
    short = hours(d2026_11_21=["08:00-10:00"])

    assert not closed.is_open(at(9))
    assert closed.next_change(at(7)) == at(8, day=1)
    assert short.next_change(at(9)) == at(10)


def test_meeting_windows_are_one() -> None:
    around_midnight = hours(Week(saturday=["18:00-24:00"], sunday=["00:00-02:00"]))

    assert around_midnight.next_change(at(20)) == at(2, day=1)


def test_working_time_is_counted_over_nights_and_days_off() -> None:
    assert hours().worked_by(at(15), timedelta(hours=1)) == at(16)
    assert hours().worked_by(at(15), timedelta(hours=2)) == at(9, day=1)
    assert hours().worked_by(at(7), timedelta(hours=12)) == at(12, day=1)


def test_who_never_works_never_begins() -> None:
    never = hours(Week())

    assert never.next_change(at(8)) is None
    assert never.worked_by(at(8), timedelta(seconds=1)) is None


@given(
    start=st.integers(0, 20_000),
    first=st.integers(1, 3000),
    second=st.integers(1, 3000),
)
def test_working_time_adds_up(start: int, first: int, second: int) -> None:
    begin, shift = SATURDAY + timedelta(minutes=start), hours()
    half = shift.worked_by(begin, timedelta(minutes=first))

    assert half is not None
    assert shift.worked_by(half, timedelta(minutes=second)) == shift.worked_by(
        begin, timedelta(minutes=first + second)
    )


def test_the_longest_reason_is_told() -> None:
    leave = OnLeave(id="l", start=at(0), end=at(12))
    off = times(leaves=(leave,), presence="away", until=at(20))

    assert off.absence(at(9)) == "on_leave"
    assert off.absence(at(13)) == "away"
    assert off.absence(at(17)) == "off_shift"


def test_presence_ends_by_itself() -> None:
    on_break = times(presence="break", until=at(10))

    assert on_break.absence(at(9, 59)) == "on_break"
    assert on_break.absence(at(10)) is None


def test_it_is_told_when_he_comes_or_goes_next() -> None:
    leave = OnLeave(id="l", start=at(15), end=at(10, day=1))

    assert times().changes_at(at(9)) == at(16)
    assert times(leaves=(leave,)).changes_at(at(9)) == at(15)
    # The shift begins while he is on leave: that is no change.
    assert times(leaves=(leave,)).changes_at(at(17)) == at(10, day=1)
    assert Times().changes_at(at(9)) is None


@given(
    marks=st.lists(st.integers(1, 600), min_size=1, max_size=12, unique=True),
    leave=st.tuples(st.integers(0, 600), st.integers(1, 300)),
    until=st.integers(0, 600),
)
def test_the_roll_is_right_whenever_it_is_called(
    marks: list[int], leave: tuple[int, int], until: int
) -> None:
    """Advanced by any steps, it says of everybody what his times say."""
    begin = at(7)
    start = begin + timedelta(minutes=leave[0])
    away = OnLeave(id="l", start=start, end=start + timedelta(minutes=leave[1]), stand_in="c")
    people = {
        "a": times(leaves=(away,)),
        "b": times(presence="away", until=begin + timedelta(minutes=until)),
        "c": Times(),
    }
    roster = Roster(people, begin)

    for mark in sorted(marks):
        moment = begin + timedelta(minutes=mark)
        roster.advance(moment)
        told = {name: absence for name, each in people.items() if (absence := each.absence(moment))}
        assert dict(roster.off) == told
        assert dict(roster.stand_ins) == ({"a": "c"} if away.start <= moment < away.end else {})

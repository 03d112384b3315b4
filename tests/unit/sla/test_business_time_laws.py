"""Laws of business time, over random calendars, zones and instants."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.sla.demo import WEEKDAYS
from services.sla.domain.calendar import Calendar
from tests.unit.sla.world import a_calendar

ZONES = (
    "Asia/Tehran",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",  # changes by half an hour
    "Africa/Casablanca",
    "UTC",
)
MILLISECOND = timedelta(milliseconds=1)
law = settings(max_examples=60, deadline=None)


@st.composite
def windows(draw: st.DrawFn, *, most: int = 3) -> list[str]:
    edges = draw(st.lists(st.integers(0, 96), unique=True, max_size=2 * most))
    quarters = sorted(edges)[: len(edges) // 2 * 2]
    return [
        f"{_time(opens)}-{_time(closes)}"
        for opens, closes in zip(quarters[::2], quarters[1::2], strict=True)
    ]


def _time(quarter: int) -> str:
    return f"{quarter // 4:02}:{quarter % 4 * 15:02}"


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    definition: dict[str, Any] = {
        "zone": draw(st.sampled_from(ZONES)),
        "week": {day: draw(windows()) for day in WEEKDAYS} | {"monday": ["09:00-13:00"]},
        "holidays": draw(st.sampled_from(["IR", None])),
        "exceptions": {
            day.isoformat(): draw(windows())
            for day in draw(
                st.lists(st.dates(date(2021, 1, 1), date(2024, 12, 31)), unique=True, max_size=5)
            )
        },
    }
    return a_calendar(**definition)


FIRST = datetime(2021, 1, 1, tzinfo=UTC)
instants = st.integers(0, 4 * 365 * 86_400_000).map(
    lambda milliseconds: FIRST + milliseconds * MILLISECOND
)
durations = st.integers(0, 400 * 3_600_000).map(lambda milliseconds: milliseconds / 1000)


def micros(seconds: float) -> int:
    return round(seconds * 1_000_000)


@law
@given(calendars(), instants, durations)
def test_measuring_undoes_adding(calendar, start, seconds):
    due = calendar.add(start, seconds)

    assert calendar.between(start, due) == seconds
    assert calendar.between(due, start) == -seconds


@law
@given(calendars(), instants, durations)
def test_adding_gives_the_first_instant_that_does(calendar, start, seconds):
    due = calendar.add(start, seconds)

    assert due == start or calendar.between(start, due - MILLISECOND) < seconds


@law
@given(calendars(), instants, durations, durations)
def test_adding_in_two_steps_is_adding_at_once(calendar, start, first, second):
    together = (micros(first) + micros(second)) / 1_000_000

    assert calendar.add(calendar.add(start, first), second) == calendar.add(start, together)


@law
@given(calendars(), instants, instants, instants)
def test_measuring_in_two_parts_is_measuring_the_whole(calendar, one, two, three):
    parts = micros(calendar.between(one, two)) + micros(calendar.between(two, three))

    assert parts == micros(calendar.between(one, three))


@law
@given(calendars(), instants, durations, durations)
def test_more_time_is_never_due_earlier(calendar, start, one, other):
    less, more = sorted((one, other))

    assert calendar.add(start, less) <= calendar.add(start, more)


@law
@given(calendars(), instants, instants, durations)
def test_a_later_start_is_never_due_earlier(calendar, one, other, seconds):
    earlier, later = sorted((one, other))

    assert calendar.add(earlier, seconds) <= calendar.add(later, seconds)


@law
@given(calendars(), instants, st.timedeltas(timedelta(), timedelta(days=3)))
def test_business_time_never_runs_faster_than_time(calendar, start, span):
    assert 0 <= calendar.between(start, start + span) <= span.total_seconds()

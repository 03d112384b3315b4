"""Laws of business time, over random calendars, zones and instants.

Windows may run over midnight and into one another's; holidays, half days and exceptions fall where
they fall, Esfand of leap years among them.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from services.sla.demo import WEEKDAYS
from services.sla.domain.calendar import Calendar
from services.sla.domain.hours import CalendarTerms
from tests.unit.sla.counter import Counter

ZONES = (
    "Asia/Tehran",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",  # changes by half an hour
    "Africa/Casablanca",
    "Asia/Kathmandu",  # 5:45
    "Pacific/Chatham",  # 12:45, with summer time
    "America/St_Johns",
    "Antarctica/Troll",  # changes by two hours
    "America/Caracas",  # moved for good
    "UTC",
)
LISTS = {
    "nowruz": [date(year, 3, day) for year in range(2014, 2031) for day in range(20, 25)],
    "esfand": [date(2017, 3, 20), date(2021, 3, 20), date(2025, 3, 20), date(2030, 3, 20)],
}
FIRST_DAY, LAST_DAY = date(2015, 1, 1), date(2030, 12, 31)
FIRST = datetime(2015, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
MINUTE = timedelta(minutes=1)
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
def nights(draw: st.DrawFn) -> list[str]:
    """A window over midnight, or none."""
    if not draw(st.booleans()):
        return []
    closes, opens = sorted(draw(st.lists(st.integers(0, 95), unique=True, min_size=2, max_size=2)))
    return [f"{_time(opens)}-{_time(closes)}"]


days = st.tuples(windows(), nights()).map(lambda both: [*both[0], *both[1]])
#: Around Nowruz of leap years, where the clock of the Jalali calendar is most likely wrong.
new_years = st.sampled_from(LISTS["esfand"]).flatmap(
    lambda day: st.integers(-3, 3).map(lambda number: day + timedelta(days=number))
)
exceptional = st.lists(st.one_of(st.dates(FIRST_DAY, LAST_DAY), new_years), unique=True, max_size=6)


class Written(NamedTuple):
    """A calendar as it is written, with the days that its lists close."""

    definition: dict[str, Any]
    closed: frozenset[date]

    def calendar(self) -> Calendar:
        return Calendar(msgspec.convert(self.definition, CalendarTerms), self.closed)


@st.composite
def definitions(draw: st.DrawFn) -> Written:
    lists = draw(st.lists(st.sampled_from(sorted(LISTS)), unique=True))
    definition: dict[str, Any] = {
        "zone": draw(st.sampled_from(ZONES)),
        "week": {day: draw(days) for day in WEEKDAYS} | {"monday": ["09:00-13:00"]},
        "holidays": lists or None,
        "exceptions": {day.isoformat(): draw(days) for day in draw(exceptional)},
    }
    return Written(definition, frozenset(day for name in lists for day in LISTS[name]))


calendars = definitions().map(Written.calendar)
anywhen = st.integers(0, 14 * 365 * 86_400_000)
at_new_year = new_years.flatmap(
    lambda day: st.integers(0, 86_400_000).map(
        lambda milliseconds: (day.toordinal() - FIRST_DAY.toordinal()) * 86_400_000 + milliseconds
    )
)
instants = st.one_of(anywhen, at_new_year).map(
    lambda milliseconds: FIRST + milliseconds * MILLISECOND
)
durations = st.integers(0, 400 * 3_600_000).map(lambda milliseconds: milliseconds / 1000)


def micros(seconds: float) -> int:
    return round(seconds * 1_000_000)


@law
@given(calendars, instants, durations)
def test_measuring_undoes_adding(calendar, start, seconds):
    due = calendar.add(start, seconds)

    assert calendar.between(start, due) == seconds
    assert calendar.between(due, start) == -seconds


@law
@given(calendars, instants, durations)
def test_adding_gives_the_first_instant_that_does(calendar, start, seconds):
    due = calendar.add(start, seconds)

    assert due == start or calendar.between(start, due - MILLISECOND) < seconds


@law
@given(calendars, instants, durations, durations)
def test_adding_in_two_steps_is_adding_at_once(calendar, start, first, second):
    together = (micros(first) + micros(second)) / 1_000_000

    assert calendar.add(calendar.add(start, first), second) == calendar.add(start, together)


@law
@given(calendars, instants, instants, instants)
def test_measuring_in_two_parts_is_measuring_the_whole(calendar, one, two, three):
    parts = micros(calendar.between(one, two)) + micros(calendar.between(two, three))

    assert parts == micros(calendar.between(one, three))


@law
@given(calendars, instants, durations, durations)
def test_more_time_is_never_due_earlier(calendar, start, one, other):
    less, more = sorted((one, other))

    assert calendar.add(start, less) <= calendar.add(start, more)


@law
@given(calendars, instants, instants, durations)
def test_a_later_start_is_never_due_earlier(calendar, one, other, seconds):
    earlier, later = sorted((one, other))

    assert calendar.add(earlier, seconds) <= calendar.add(later, seconds)


@law
@given(calendars, instants, st.timedeltas(timedelta(), timedelta(days=3)))
def test_business_time_never_runs_faster_than_time(calendar, start, span):
    assert 0 <= calendar.between(start, start + span) <= span.total_seconds()


@law
@given(definitions(), instants, st.integers(0, 4 * 24 * 60))
def test_measuring_is_counting_minutes(written, start, minutes):
    begin = start.replace(second=0, microsecond=0)
    end = begin + minutes * MINUTE

    counted = Counter(written.definition, written.closed).count(begin, end)

    assert written.calendar().between(begin, end) == counted * 60


@law
@given(definitions(), instants, st.integers(1, 20 * 60))
def test_adding_is_counting_minutes(written, start, minutes):
    begin = start.replace(second=0, microsecond=0)

    due = Counter(written.definition, written.closed).due(begin, minutes)

    assert written.calendar().add(begin, minutes * 60) == due


@law
@given(definitions(), instants, durations)
def test_years_laid_out_in_another_order_are_the_same(written, start, seconds):
    used = written.calendar()
    used.between(FIRST, FIRST + timedelta(days=3 * 366))

    assert used.add(start, seconds) == written.calendar().add(start, seconds)

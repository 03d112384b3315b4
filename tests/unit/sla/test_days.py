"""Working days as planning counts them."""

from datetime import UTC, date, datetime, timedelta

from contracts.calls.days import GetWorkingDays
from contracts.hours import Week
from services.sla.domain.book import Book
from services.sla.domain.calendar import Calendar
from services.sla.domain.days import EVERY_HOUR, promised, working_days
from services.sla.domain.history import History
from services.sla.domain.hours import CalendarTerms
from services.sla.planning import working_days as asked_for
from tests.unit.sla.test_expectation import a_world
from tests.unit.sla.world import done, registered, resumed, waiting

#: A Saturday, in Tehran three and a half hours ahead.
SATURDAY = datetime(2026, 11, 21, tzinfo=UTC)
WEEK = timedelta(days=7)
OFFICE = Calendar(
    CalendarTerms(
        week=Week(
            saturday=["08:00-12:00", "13:00-16:00"],
            thursday=["08:00-12:00"],
            friday=["22:00-02:00"],
        ),
        exceptions={"2026-11-26": []},
    )
)


def test_a_day_is_told_from_its_first_to_its_last_instant_with_what_is_worked():
    saturday, friday, after = working_days(OFFICE, SATURDAY, SATURDAY + WEEK)

    assert saturday.day == date(2026, 11, 21)
    assert saturday.opens_at == datetime(2026, 11, 21, 4, 30, tzinfo=UTC)
    assert saturday.closes_at == datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
    assert saturday.seconds == 7 * 3600
    # A night is cut at midnight: each day has its part.
    assert (friday.day, friday.seconds) == (date(2026, 11, 27), 2 * 3600)
    assert (after.day, after.seconds) == (date(2026, 11, 28), 2 * 3600)


def test_a_day_that_has_begun_has_what_is_left_of_it():
    first, *_ = working_days(OFFICE, SATURDAY + timedelta(hours=10), SATURDAY + WEEK)

    assert first.seconds == 2.5 * 3600


def test_without_a_calendar_every_hour_counts():
    days = working_days(EVERY_HOUR, SATURDAY, SATURDAY + WEEK)

    assert sum(day.seconds for day in days) == WEEK.total_seconds()
    request = GetWorkingDays(start=SATURDAY, end=SATURDAY + WEEK, units={"it": None})
    assert asked_for(request, Book()) == {"it": days}


def test_what_was_promised_is_the_resolution_as_if_it_went_on_now():
    world = a_world(History())
    world.receive(registered(), 0)
    assert promised(world.state, world.at(60), world.book) == world.at(90 * 60)

    world.receive(waiting(), 10 * 60)

    assert promised(world.state, world.at(15 * 60), world.book) == world.at(95 * 60)
    world.receive(resumed(), 15 * 60)
    world.receive(done(), 16 * 60)
    assert promised(world.state, world.at(17 * 60), world.book) is None

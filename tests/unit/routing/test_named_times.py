"""Times that people name, by a unit's working days."""

from datetime import UTC, date, datetime, timedelta

import pytest

from contracts.calls.days import WorkingDay
from services.routing.domain.named_times import instant_of, week_after

TUESDAY = date(2026, 11, 24)
DAY = timedelta(days=1)


def open_on(*days: date) -> list[WorkingDay]:
    opens = [datetime(day.year, day.month, day.day, 4, 30, tzinfo=UTC) for day in days]
    return [
        WorkingDay(day=at.date(), opens_at=at, closes_at=at + DAY / 3, seconds=8 * 3600)
        for at in opens
    ]


#: Tuesday, Wednesday; Thursday to Saturday are closed; Sunday, Monday.
DAYS = open_on(*(TUESDAY + DAY * n for n in (0, 1, 5, 6)))


@pytest.mark.parametrize(
    ("when", "today", "meant"),
    [
        ("tomorrow", TUESDAY, TUESDAY + DAY),
        ("tomorrow", TUESDAY + DAY, TUESDAY + 2 * DAY),
        ("next_working_day", TUESDAY, TUESDAY + DAY),
        ("next_working_day", TUESDAY + DAY, TUESDAY + 5 * DAY),
        ("next_week", TUESDAY, TUESDAY + 5 * DAY),
        # On a Friday the next week begins tomorrow.
        ("next_week", TUESDAY + 3 * DAY, TUESDAY + 5 * DAY),
    ],
)
def test_a_name_means_the_hour_at_which_work_begins(when, today, meant):
    at = instant_of(when, today, DAYS)

    assert at == datetime(meant.year, meant.month, meant.day, 4, 30, tzinfo=UTC)


def test_no_working_day_is_no_time():
    assert instant_of("next_working_day", TUESDAY, open_on(TUESDAY)) is None


def test_on_saturday_the_next_week_is_seven_days_ahead():
    saturday = date(2026, 11, 28)

    assert [week_after(saturday + DAY * n) for n in range(8)] == [saturday + 7 * DAY] * 7 + [
        saturday + 14 * DAY
    ]

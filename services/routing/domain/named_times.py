"""Times that people name: tomorrow morning, the next working day, the first of next week."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Literal

from contracts.calls.days import WorkingDay

#: `tomorrow`: when work usually begins, whether or not it does tomorrow; `next_working_day`: when
#: it begins next after today; `next_week`: when it begins in the week from the next Saturday on.
NamedTime = Literal["tomorrow", "next_working_day", "next_week"]
_ONE_DAY = timedelta(days=1)
_SATURDAY = 5


def instant_of(when: NamedTime, today: date, days: Sequence[WorkingDay]) -> datetime | None:
    """Give the instant that is meant; None where no working day is known.

    `days` are the working days from today on.
    """
    after = week_after(today) if when == "next_week" else today + _ONE_DAY
    first = next((day for day in days if day.day >= after), None)
    if first is None:
        return None
    return first.opens_at - (first.day - after) if when == "tomorrow" else first.opens_at


def week_after(today: date) -> date:
    """Give the Saturday on which the next week begins."""
    return today + _ONE_DAY * ((_SATURDAY - today.weekday() - 1) % 7 + 1)

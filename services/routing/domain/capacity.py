"""What a unit can do: what it really finished, brought to who will be there, day by day.

The words are those of the APICS dictionary. *Demonstrated* is what was finished: points of tickets
per working day of the last weeks. It is brought to the days ahead by presence: the same points per
hour and point of capacity of who was there, for who will be there by shift and leave. *Rated* is
what the hours of who will be there amount to at the time that people logged for a point.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import NamedTuple

from contracts.calls.days import WorkingDay
from services.routing.domain.attendance import Times
from services.routing.domain.loading import Day
from services.routing.domain.organisation import Person

#: How far back is looked: whole weeks.
SPAN = timedelta(days=28)
#: So many tickets say something, as of expected dates (ADR 14).
FEWEST = 10
#: However much was logged on a ticket, so much of it counts as still to do: what is nearly done
#: for long is not done.
LEAST_LEFT = 0.1


class Finished(NamedTuple):
    """A ticket that was finished: when, of what weight, and the seconds logged on it."""

    at: datetime
    subject: str
    points: int
    touch_seconds: int


class Worker(NamedTuple):
    """Who works in a unit, and when he is there."""

    person: Person
    times: Times


class Measured(NamedTuple):
    """What a unit really did."""

    tickets: int
    points: int
    #: Working days that it had for them, a half one counted as one.
    days: int
    #: Points that somebody did in a second, by each point of capacity that was there.
    pace: float
    #: Seconds that were logged for a point; None where hardly anybody logs.
    touch_seconds: float | None
    #: What a ticket usually weighs.
    usual: float

    @property
    def per_day(self) -> float:
        """Points per working day."""
        return self.points / self.days


def measured(
    finished: Sequence[Finished], days: Sequence[WorkingDay], workers: Sequence[Worker]
) -> Measured | None:
    """Measure a unit by what it finished on past days; None where that says too little."""
    presence = sum(point_seconds(day, workers) for day in days)
    if len(finished) < FEWEST or not days or presence <= 0:
        return None
    points = sum(each.points for each in finished)
    logged = [each for each in finished if each.touch_seconds > 0]
    touched = sum(each.touch_seconds for each in logged)
    return Measured(
        tickets=len(finished),
        points=points,
        days=len(days),
        pace=points / presence,
        touch_seconds=touched / sum(e.points for e in logged) if len(logged) >= FEWEST else None,
        usual=median(each.points for each in finished),
    )


def days_ahead(
    unit: Measured, days: Iterable[WorkingDay], workers: Sequence[Worker]
) -> Iterator[Day]:
    """Give what the unit can do on each day: its pace, by who will be there."""
    for day in days:
        points = unit.pace * point_seconds(day, workers)
        yield Day(day.day, day.opens_at, day.closes_at, points)


def rated(unit: Measured, day: WorkingDay, workers: Sequence[Worker]) -> float | None:
    """Give what the hours of who is there amount to, in points; None where nobody logs work."""
    if unit.touch_seconds is None:
        return None
    return sum(present_seconds(day, each.times) for each in workers) / unit.touch_seconds


def left_of(points: int, touch_seconds: int, unit: Measured | None) -> float:
    """Give the points that are left of a ticket: its weight without the share that was worked.

    That share is the seconds logged against those that its points usually take, at most nine tenths
    of it; nothing of it counts as worked where hardly anybody logs.
    """
    usual = points * unit.touch_seconds if unit and unit.touch_seconds else 0.0
    worked = touch_seconds / usual if usual else 0.0
    return points * max(LEAST_LEFT, 1 - worked)


def point_seconds(day: WorkingDay, workers: Iterable[Worker]) -> float:
    """Give the seconds that people are there on a day, each times his points of capacity."""
    return sum(each.person.capacity * present_seconds(day, each.times) for each in workers)


def present_seconds(day: WorkingDay, times: Times) -> float:
    """Give how long somebody is there on a day, without what his leaves take.

    Who has no shift works as long as the unit does; a shift counts between the unit's hours.
    """
    stretches = [(day.opens_at, day.closes_at)]
    share = day.seconds / max(1.0, (day.closes_at - day.opens_at).total_seconds())
    if (hours := times.hours) is not None:
        stretches, share = list(_within(hours.stretches(day.opens_at), day)), 1.0
    for leave in times.leaves:
        stretches = [part for each in stretches for part in _without(each, leave.start, leave.end)]
    return share * sum((end - start).total_seconds() for start, end in stretches)


def _within(
    stretches: Iterator[tuple[datetime, datetime]], day: WorkingDay
) -> Iterator[tuple[datetime, datetime]]:
    for start, end in stretches:
        if start >= day.closes_at:
            return
        yield max(start, day.opens_at), min(end, day.closes_at)


def _without(
    stretch: tuple[datetime, datetime], start: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Give what is left of a stretch without a time."""
    for low, high in ((stretch[0], min(stretch[1], start)), (max(stretch[0], end), stretch[1])):
        if low < high:
            yield low, high

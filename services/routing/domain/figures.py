"""A survey of a unit as others see it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from contracts.calls.days import WorkingDay
from contracts.calls.routing import DayAhead, MeasuredCapacity, UnitCapacity, WeekAhead
from contracts.routing import BrokenPromise, LoadLevel
from services.routing.domain.capacity import Measured, Worker, present_seconds, rated
from services.routing.domain.loading import Loading
from services.routing.domain.survey import Survey

#: Working days that are shown one by one, and promises that are named.
_MOST_DAYS = 14
_MOST_NAMED = 20


def shown(survey: Survey, told: LoadLevel | None) -> UnitCapacity:
    """Show a unit; `told` is what its supervisors have been told and is still so."""
    known, unit = survey.known, survey.measured
    planned = [each.points for each in known.planned]
    view = UnitCapacity(
        unit=known.unit,
        measured=None if unit is None else _measured(unit),
        tickets=len(known.open),
        weight=sum(each.points for each in known.open),
        left=round(sum(piece.points for piece in survey.in_hand), 2),
        planned=len(planned),
        planned_points=float(sum(planned)),
        told=told,
    )
    if unit is None:
        return view
    return replace(
        view,
        done_at=survey.done_at,
        room=survey.room(),
        promises=named(survey.broken),
        late=len(survey.broken),
        days=list(_days(survey, unit)),
        weeks=weeks(survey, survey.loading),
    )


def named(promises: Sequence[BrokenPromise]) -> list[BrokenPromise]:
    """Give as many as are told one by one."""
    return list(promises[:_MOST_NAMED])


def weeks(survey: Survey, loading: Loading) -> list[WeekAhead]:
    """Show the weeks ahead under a loading."""
    return [
        WeekAhead(
            week=each.week,
            capacity=round(each.capacity, 2),
            loaded=round(each.loaded, 2),
            promised=round(each.promised, 2),
            planned=round(each.planned, 2),
        )
        for each in survey.weeks(loading)
    ]


def _measured(unit: Measured) -> MeasuredCapacity:
    return MeasuredCapacity(
        tickets=unit.tickets,
        points=unit.points,
        days=unit.days,
        per_day=round(unit.per_day, 2),
        usual=unit.usual,
        touch_seconds=None if unit.touch_seconds is None else round(unit.touch_seconds, 1),
    )


def _days(survey: Survey, unit: Measured) -> Iterator[DayAhead]:
    known, pieces = survey.known, survey.loading.pieces
    reached = known.now
    for number, day in enumerate(known.ahead[:_MOST_DAYS]):
        capacity, by_hours = survey.days[number].points, rated(unit, day, known.workers)
        until = day.closes_at
        yield DayAhead(
            day=day.day,
            capacity=round(capacity, 2),
            rated=None if by_hours is None else round(by_hours, 2),
            people=round(_people(day, known.workers), 2),
            loaded=round(survey.loading.worked[number], 2),
            promised=round(sum(p.points for p in pieces if p.due and reached <= p.due < until), 2),
            planned=round(sum(p.points for p in pieces if reached < p.since <= until), 2),
        )
        reached = until


def _people(day: WorkingDay, workers: Sequence[Worker]) -> float:
    return sum(min(1.0, present_seconds(day, each.times) / day.seconds) for each in workers)

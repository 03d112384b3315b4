"""When planned work comes: the instants of a schedule, on the wall clock of a zone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from persiantools.jdatetime import JalaliDate

from chassis.errors import FieldFault
from contracts.hours import WEEKDAYS
from contracts.plans import Schedule

_ONE_DAY = timedelta(days=1)
#: Further ahead nothing is looked for.
FURTHEST = timedelta(days=400)
_NEEDS = {"once": "at", "weekly": "weekdays", "monthly": "day", "working_days": "every"}


def faults(schedule: Schedule) -> Iterator[FieldFault]:
    """Tell which field a schedule lacks."""
    field = _NEEDS[schedule.repeat]
    if not getattr(schedule, field):
        yield FieldFault(pointer=f"/schedule/{field}", code="required")
    if len(set(schedule.weekdays)) < len(schedule.weekdays):
        yield FieldFault(pointer="/schedule/weekdays", code="named_twice")


def instants(
    schedule: Schedule,
    after: datetime,
    zone: str,
    *,
    working: Sequence[date] = (),
    last: datetime | None = None,
) -> Iterator[datetime]:
    """Give the instants of a schedule after another, in order, within the next 400 days.

    `working` are the working days of its unit, needed where it counts them, from the day of `last`
    on: of the one before, from which they are counted. Without one before the first day counts.
    """
    if schedule.repeat == "once":
        if schedule.at is not None and schedule.at > after:
            yield schedule.at
        return
    place, (hour, minute) = ZoneInfo(zone), map(int, schedule.time.split(":"))
    for day in _days(schedule, after.astimezone(place).date(), working, _day(last, place)):
        at = datetime.combine(day, time(hour, minute), place).astimezone(UTC)
        if at > after:
            yield at


def _day(at: datetime | None, place: ZoneInfo) -> date | None:
    return None if at is None else at.astimezone(place).date()


def _days(
    schedule: Schedule, first: date, working: Sequence[date], last: date | None
) -> Iterator[date]:
    if schedule.repeat == "working_days":
        step = schedule.every or 1
        ahead = [day for day in working if (day > last if last else day >= first)]
        yield from ahead[step - 1 if last else 0 :: step]
        return
    for number in range(FURTHEST // _ONE_DAY):
        day = first + _ONE_DAY * number
        if schedule.repeat == "weekly" and WEEKDAYS[day.weekday()] in schedule.weekdays:
            yield day
        if schedule.repeat == "monthly" and _is_day_of_month(day, schedule):
            yield day


def _is_day_of_month(day: date, schedule: Schedule) -> bool:
    """Tell whether it is the day; of a month that has not so many, its last."""
    wanted = schedule.day or 1
    number, tomorrow = _number(day, schedule), _number(day + _ONE_DAY, schedule)
    return number == wanted or (number < wanted and tomorrow == 1)


def _number(day: date, schedule: Schedule) -> int:
    return JalaliDate(day).day if schedule.calendar == "jalali" else day.day

"""What routing tells of how full units are, and of what more work would do to them."""

from datetime import date, datetime, timedelta
from typing import Annotated

from msgspec import Meta

from contracts.calls.base import Answer, Request, Slug
from contracts.routing.capacity import BrokenPromise, LoadLevel


class GetCapacity(Request):
    """Query `capacity`: of a unit and those below it; absent: one's own. Answers `CapacityPage`."""

    unit: Slug | None = None


class MeasuredCapacity(Answer):
    """What a unit really finished in the last four weeks."""

    tickets: int
    #: The weights of these tickets.
    points: int
    #: Working days that it had for them, and points per day.
    days: int
    per_day: float
    #: What a ticket of its usually weighs.
    usual: float
    #: Seconds that were logged for a point; absent where hardly anybody logs work.
    touch_seconds: float | None


class DayAhead(Answer):
    """A working day ahead, in points."""

    day: date
    #: What the unit can do: as much as it did, for who will be there.
    capacity: float
    #: What the hours of who will be there amount to, at the time that people log for a point.
    rated: float | None
    #: People there, a half day counted half.
    people: float
    #: Of the work in hand and planned: what is done on the day, what is promised for it, and what
    #: is planned to begin.
    loaded: float
    promised: float
    planned: float


class WeekAhead(Answer):
    """Seven days ahead from a Saturday on, in points; the fields as those of `DayAhead`."""

    week: date
    capacity: float
    loaded: float
    promised: float
    planned: float


class UnitCapacity(Answer):
    """A unit's work against what it can do."""

    unit: str
    #: Absent where fewer than ten tickets have ended: nothing ahead can be told then.
    measured: MeasuredCapacity | None
    #: Open tickets, their weights, and what is left to do of these.
    tickets: int
    weight: int
    left: float
    #: Planned work of the weeks ahead: how often, and its points.
    planned: int
    planned_points: float
    #: When the work in hand is done; absent: not within twelve weeks, or unknown.
    done_at: datetime | None = None
    #: How many more tickets of the usual size could be taken without breaking a promise, up to 100.
    room: int | None = None
    #: Promises that cannot be kept by what is there and planned: the first of `late`.
    promises: list[BrokenPromise] = []
    late: int = 0
    #: What its supervisors have been told and is still so.
    told: LoadLevel | None = None
    days: list[DayAhead] = []
    weeks: list[WeekAhead] = []


class CapacityPage(Answer):
    """The unit that was asked for, then those below it."""

    items: list[UnitCapacity]


class TryCapacity(Request):
    """Query `try_capacity`: what more work would do to a unit. Nothing is kept of it.

    Answers `CapacityTrial`.
    """

    subject: Slug
    count: Annotated[int, Meta(ge=1, le=1000)] = 1
    #: When it comes; absent: now.
    start: datetime | None = None
    #: Absent: the one that the rules give the subject.
    unit: Slug | None = None
    #: Points of each; absent: by the rules, or what tickets of the unit usually weigh.
    weight: Annotated[int, Meta(ge=1, le=100)] | None = None
    #: Within what time of coming each is promised; absent: what is usual in the unit.
    within: timedelta | None = None


class Moved(Answer):
    """A ticket whose work would be done later."""

    code: str
    due_at: datetime | None
    before: datetime | None
    after: datetime | None
    #: Whether its promise would have been kept, and is not any more.
    breaks: bool
    #: How much later, as far as it is known.
    by_seconds: float | None


class Newcomers(Answer):
    """What would become of the work that is thought of."""

    count: int
    points: float
    due_at: datetime | None
    #: When the first and the last of it would be done, and how many in time.
    first_at: datetime | None
    last_at: datetime | None
    in_time: int


class CapacityTrial(Answer):
    """What more work would do to a unit."""

    unit: str
    #: Whether all of it could be taken: it would break no promise, its own neither.
    fits: bool
    newcomers: Newcomers
    #: When the work in hand would be done, without and with it.
    done_before: datetime | None
    done_after: datetime | None
    #: Tickets that would be done later: those whose promise it breaks first; the first of so many.
    moved: list[Moved]
    moved_count: int
    broken_count: int
    weeks: list[WeekAhead]

"""What intake tells of planned work; streams `plan:{id}`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from contracts.envelope import ContentRef, Event, event

Weekday = Literal["saturday", "sunday", "monday", "tuesday", "wednesday", "thursday", "friday"]
#: A time of the day on the wall clock, `08:30`.
WallTime = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class Schedule(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """When a plan makes a ticket; each way of repeating has the fields that it needs."""

    #: `once` at an instant; `weekly` on weekdays; `monthly` on a day, in a shorter month on its
    #: last; on every so many `working_days` of a unit's calendar.
    repeat: Literal["once", "weekly", "monthly", "working_days"]
    #: For `once`.
    at: datetime | None = None
    #: For the others: when on such a day; absent: 08:00.
    time: WallTime = "08:00"
    #: For `weekly`.
    weekdays: Annotated[list[Weekday], Meta(max_length=7)] = []
    #: For `monthly`, and by which calendar.
    day: Annotated[int, Meta(ge=1, le=31)] | None = None
    calendar: Literal["jalali", "gregorian"] = "jalali"
    #: For `working_days`: on each so-manieth of them, and whose; absent: the default calendar's.
    every: Annotated[int, Meta(ge=1, le=250)] | None = None
    unit: str | None = None


@event("plan.defined", by="intake")
class PlanDefined(Event):
    """A plan was made or changed, and goes on from here."""

    by: str
    subject: str
    kind: str
    schedule: Schedule
    #: What its tickets say, and for whom: kept apart.
    content: ContentRef
    starts: datetime
    ends: datetime | None
    #: When it makes a ticket next; absent: never any more.
    next_at: datetime | None


@event("plan.fulfilled", by="intake")
class PlanFulfilled(Event):
    """A ticket was made for an instant, or its registering was refused."""

    at: datetime
    #: Counted over all that the plan has made.
    occurrence: int
    next_at: datetime | None
    code: str | None = None
    #: The code of the refusal.
    refused: str | None = None


@event("plan.skipped", by="intake")
class PlanSkipped(Event):
    """One was left out."""

    by: str
    at: datetime
    next_at: datetime | None


@event("plan.paused", by="intake")
class PlanPaused(Event):
    """The plan makes nothing until it is resumed."""

    by: str


@event("plan.resumed", by="intake")
class PlanResumed(Event):
    """The plan goes on; what fell into the pause is not made up for."""

    by: str
    next_at: datetime | None


@event("plan.ended", by="intake")
class PlanEnded(Event):
    """The plan makes nothing any more, unless it is defined anew."""

    by: str

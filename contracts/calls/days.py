"""What sla tells of working days to come, and of what was promised: what planning goes by."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from msgspec import Meta

from contracts.calls.base import Answer, Code, Request, Slug

#: Further apart the ends of a question must not lie.
MOST_DAYS = 400


class GetWorkingDays(Request):
    """Query `working_days`: when units work between two instants. Answers {unit: [WorkingDay]}.

    Of each unit the calendar that it names goes before the one that names the unit, and that before
    the default. Where there is no calendar at all, every hour counts.
    """

    start: datetime
    end: datetime
    #: By unit, the calendar that it names, if it names one.
    units: Annotated[dict[str, Slug | None], Meta(max_length=200)]


class WorkingDay(Answer):
    """What is worked on one day of a calendar's zone."""

    day: date
    #: Its first and its last instant of work.
    opens_at: datetime
    closes_at: datetime
    #: Seconds of work between them.
    seconds: float


class GetPromised(Request):
    """Query `promised`: by when the work of open tickets was promised. Answers {code: instant}.

    The resolution target of its agreement, as if it went on now where its clock stands still; where
    there is none, what its requester was told last. Absent: nothing was promised, or it is done.
    """

    codes: Annotated[list[Code], Meta(max_length=2000)]

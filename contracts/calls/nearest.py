"""What sla can be asked about the running clocks of units: which come due next, which are late."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from contracts.calls.base import Answer, Code, Limit, Request, Slug


class GetNearest(Request):
    """Query `nearest`: the running clocks of what units have. Answers `Nearest`."""

    units: Annotated[list[Slug], Meta(max_length=1000)]
    #: So many that come due, and as many that are late.
    limit: Limit = 20


class DueClock(Answer):
    """A clock on which time passes, and when it comes due or did."""

    code: Code
    unit: str
    clock: str
    target_seconds: float
    due_at: datetime


class Nearest(Answer):
    """How the running clocks of units stand."""

    running: int
    late: int
    #: Due within an hour.
    soon: int
    #: The next to come due first.
    coming: list[DueClock]
    #: The last to become late first: what can still be mended soonest.
    overdue: list[DueClock]

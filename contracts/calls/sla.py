"""What sla can be asked."""

from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import Meta

from contracts.calls.base import Answer, Code, Limit, Request, Slug
from contracts.sla import ExpectedStep


class GetClocks(Request):
    """Query `clocks`: answers {code: [ClockView]}."""

    codes: Annotated[list[Code], Meta(max_length=200)]
    #: As it stood then; absent: now.
    at: datetime | None = None


class ClockView(Answer):
    """One clock of a ticket."""

    clock: str
    agreement: str
    agreement_version: int
    #: `running`, `paused`, `met`, `breached`, `cancelled`.
    state: str
    started_at: datetime
    due_at: datetime | None
    target_seconds: float
    left_seconds: float | None
    stopped_at: datetime | None
    breached_at: datetime | None
    held_by: str | None
    #: What it promises: `first_response`, `next_response`, `update`, `resolution`, `stage`, `ola`
    #: or `contract`.
    kind: str | None = None
    calendar: str | None = None
    calendar_version: int | None = None
    #: Why the target was missed, as somebody said.
    breach_reason: str | None = None
    #: `requested`, `approved` or `refused`: whether the breach is agreed not to count.
    exception: str | None = None
    #: What missing it costs so far, in rials; absent where the agreement says nothing.
    penalty: int | None = None


class ExpectedView(Answer):
    """When an open ticket is expected to end."""

    expected_at: datetime
    #: What it rests on: like tickets of the `subject`, of the `kind` or `all`; `target`: the
    #: agreement's, as long as too few have ended; `elapsed`: it takes longer than any of them.
    of: str
    #: How many like tickets, and the share of them that ended within such a time.
    samples: int = 0
    quantile: float = 0.0
    #: Open tickets of the unit against what is usual there.
    load: float = 1.0
    #: What was first expected.
    first_at: datetime | None = None
    #: The steps ahead with when each is expected, where the flow is a line of steps.
    steps: list[ExpectedStep] = []


class GetTimes(Request):
    """Query `times`: answers {code: TicketTimes}.

    Query `expected`: answers {code: ExpectedView}, of open tickets alone.
    Query `next_due`: answers {code: NextDue}, of tickets with an open clock.
    """

    codes: Annotated[list[Code], Meta(max_length=200)]


class TimerView(Answer):
    """What a ticket's workflow does by itself, unless the ticket goes on before."""

    #: As the workflow calls it.
    action: str
    title: dict[str, str]
    at: datetime
    #: After so much time of the ticket's calendar.
    target_seconds: float
    #: The step that it is bound to; absent: it comes wherever the ticket then stands.
    step: str | None = None


class TicketTimes(Answer):
    """A ticket's clocks, when it is expected to end, and what its workflow does by itself."""

    clocks: list[ClockView]
    expected: ExpectedView | None = None
    timers: list[TimerView] = []


class NextDue(Answer):
    """The clock of a ticket that comes due next."""

    clock: str
    #: `fine`; `near` with a quarter of its time left; `late`; `paused`.
    state: Literal["fine", "near", "late", "paused"]
    #: In business time; negative once the target has been missed.
    left_seconds: float
    #: Absent while it stands still.
    due_at: datetime | None = None
    #: When it will be near, unless it is.
    near_at: datetime | None = None
    held_by: str | None = None


class Calibration(Answer):
    """How expectations of a subject's tickets held."""

    subject: str
    #: The newest tickets that have ended, and those of them of which something was foretold.
    tickets: int
    foretold: int
    #: The share of those that ended by what was foretold at first; None without any.
    held: float | None
    #: The share that is meant to.
    meant: float
    #: Hours by the clock on the wall that half and 80 % of the tickets took at most.
    half_hours: float
    most_hours: float


class UnitClocks(Request):
    """Query `unit_clocks`: the open clocks of the tickets a unit had. Answers `UnitClocksPage`."""

    unit: Slug
    #: The past second; absent: now.
    at: datetime | None = None
    limit: Limit = 50
    #: The `next` of the page before.
    after: Code | None = None


class UnitClocksPage(Answer):
    """One page, in the order of codes."""

    tickets: dict[str, list[ClockView]]
    next: str | None


class Explain(Request):
    """Query `explain`: why a clock is due when it is. Answers `Explanation`."""

    code: Code
    clock: Slug


class ExplanationLine(Answer):
    """One line of an explanation; the seconds of all lines before the due time are the target."""

    #: `started`; `counted` and `closed` while the clock ran; `waiting`; `ended` between an end and
    #: going on; `replanned`; `due`; `met`; `cancelled`; `now` where it still stands.
    kind: str
    from_at: datetime
    #: Absent for an instant.
    to_at: datetime | None = None
    #: Business seconds that count towards the target; of a `started` line those used before, of a
    #: `due` line those used beyond the target when it became due.
    seconds: float = 0.0
    #: Who had it: `unit:network/2`, `unassigned`, `requester`, `supplier`, `unit` or `nobody`.
    holder: str | None = None
    #: Why the calendar was closed: `hours`, `weekend`, `holiday` or `exception`.
    reason: str | None = None
    #: The holiday's name by language.
    title: dict[str, str] | None = None
    agreement: str | None = None
    agreement_version: int | None = None
    calendar: str | None = None
    calendar_version: int | None = None
    target_seconds: float | None = None


class Charge(Answer):
    """How much business time passed while somebody had the ticket, from the clock's start on."""

    holder: str
    seconds: float
    #: Whether the time counted towards the target.
    counted: bool


class Explanation(Answer):
    """Why a clock is due when it is, and whose time has passed on it."""

    code: str
    clock: str
    state: str
    target_seconds: float
    #: What is left where it is not due by itself: it stands still, or was reached in time.
    left_seconds: float
    due_at: datetime | None
    lines: list[ExplanationLine]
    charges: list[Charge]


class GiveReason(Request):
    """Command `give_reason`: say why a target was missed. Answers the clock."""

    code: Code
    clock: Slug
    #: One of the agreement's `breach_reasons`.
    reason: Slug


class RequestException(Request):
    """Command `request_exception`: ask that a breach be not counted. Answers the clock."""

    code: Code
    clock: Slug
    #: One of the agreement's `exceptions`.
    reason: Slug


class DecideException(Request):
    """Command `decide_exception`: agree to it, or not. Answers the clock."""

    code: Code
    clock: Slug
    approved: bool


class Replanning(Answer):
    """Answer of the query `replanning`: how far open clocks follow the newest calendars."""

    #: Tickets with clocks that still go by an older version.
    left: int
    #: Ids of the calendars that have newer versions.
    calendars: list[str]


class DefineAgreement(Request):
    """Command `define_agreement`: publish a new version. Answers `AgreementView`.

    The definition's shape is `services/sla/domain/agreement.py`; durations are ISO 8601.
    """

    id: Slug
    definition: dict[str, Any]


class DefineCalendar(Request):
    """Command `define_calendar`: make or change a calendar. Answers `CalendarView`.

    The definition's shape is `services/sla/domain/calendar.py`.
    """

    id: Slug
    definition: dict[str, Any]


class DefineHolidays(Request):
    """Command `define_holidays`: publish a list of holidays. Answers `HolidaysView`.

    The definition's shape is `services/sla/domain/holidays.py`. Every calendar that names the list
    gets a new version with it, unless it closes the same days as before.
    """

    id: Slug
    definition: dict[str, Any]


class SeedHolidays(Request):
    """Command `seed_holidays`: bring a list to what the library knows now. Answers `HolidaysView`.

    Days that were edited since the last seed stay as they are, unless `overwrite`.
    """

    id: Slug
    overwrite: bool = False


class GetHolidays(Request):
    """Query `holiday_list`: answers `HolidaysView`."""

    id: Slug


class AgreementView(Answer):
    """An agreement as published."""

    id: str
    version: int
    definition: dict[str, Any]


class CalendarView(Answer):
    """A calendar as published."""

    id: str
    version: int
    definition: dict[str, Any]


class HolidaysView(Answer):
    """A list of holidays as published."""

    id: str
    version: int
    definition: dict[str, Any]

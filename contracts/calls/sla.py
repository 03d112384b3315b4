"""What sla can be asked."""

from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta

from contracts.calls.base import Answer, Code, Request, Slug


class GetClocks(Request):
    """Query `clocks`: answers {code: [ClockView]}."""

    codes: Annotated[list[Code], Meta(max_length=200)]


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

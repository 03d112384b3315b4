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

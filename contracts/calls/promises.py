"""What sla tells everybody of its public agreements: promises in a form that a page can show."""

from __future__ import annotations

from datetime import date, datetime

from contracts.calls.base import Answer


class ComingDay(Answer):
    """A day to come that is not like its weekday."""

    day: date
    #: Its windows; without any it is closed.
    windows: list[str]
    #: Of a holiday, by language.
    name: dict[str, str] = {}


class PublicCalendar(Answer):
    """When the time of a promise runs."""

    id: str
    version: int
    zone: str
    #: Windows by weekday, `saturday` first: `08:00-16:00`; one that ends before it begins ends on
    #: the next day.
    week: dict[str, list[str]]
    #: It never closes.
    always: bool
    #: Closed days of the coming year, then days with hours of their own.
    holidays: list[ComingDay]
    exceptions: list[ComingDay]


class PublicNotice(Answer):
    """Whom a mark tells, and how."""

    role: str
    channel: str


class PublicMark(Answer):
    """A point on the way to the target or after it: one of the three says where."""

    percent: int | None = None
    left_seconds: float | None = None
    after_seconds: float | None = None
    notices: list[PublicNotice] = []
    #: What is done with the work then: `escalate`, `prioritise`, ...
    actions: list[str] = []


class PublicTarget(Answer):
    """One promise."""

    clock: str
    #: `first_response`, `resolution`, ...: what is promised, where the clock's name does not say.
    kind: str
    #: Of the calendar's time.
    within_seconds: float
    #: The calendars that it goes by; several where units or subjects have their own.
    calendars: list[str]
    marks: list[PublicMark]


class PublicAgreement(Answer):
    """A public agreement as it holds now."""

    id: str
    version: int
    #: By language; empty where `match` has to tell.
    title: dict[str, str]
    valid_from: datetime
    #: For which tickets, by term; a term left out accepts everything.
    match: dict[str, list[str]]
    targets: list[PublicTarget]
    calendars: list[PublicCalendar]

"""What reporting can be asked."""

from datetime import date, datetime
from typing import Any

from contracts.calls.base import Answer, Request, Slug


class ReportEntry(Answer):
    """Query `reports` (no parameter): one line of the catalogue."""

    name: str
    title: dict[str, str]
    description: dict[str, str]
    #: What it can be grouped by.
    by: list[str]


class GetReport(Request):
    """Query `report`; answers `Report`. Days are of the organisation's zone, both included."""

    name: Slug
    since: date | None = None
    until: date | None = None
    by: str | None = None


class Column(Answer):
    """A column of a report; the unit is `count`, `seconds`, `percent`, `rials` or `text`."""

    name: str
    title: dict[str, str]
    unit: str


class Report(Answer):
    """A report as a table; how fresh it is says `until_event_at`."""

    name: str
    title: dict[str, str]
    columns: list[Column]
    rows: list[list[Any]]
    until_event_at: datetime | None

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
    """A column of a report.

    The unit is `count`, `seconds`, `percent`, `rials`, `number` or `text`.
    """

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


class RebuildProgress(Answer):
    """How far the building of all figures from the event logs has come.

    Command `rebuild` (no parameter) begins one unless one is under way; query `rebuild_progress`
    (no parameter) tells of the last one, and answers null when there was none.
    """

    #: `reading`, `closing` or `done`.
    state: str
    started_at: datetime
    ended_at: datetime | None
    #: Events read so far.
    events: int
    #: Position reached in each service's log.
    positions: dict[str, int]
    #: How many streams had an event that could not be applied.
    failed: int

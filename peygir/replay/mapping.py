"""What a mapping file says, and how a log is read by it: rows become cases. Sends nothing."""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
import yaml

_PLACE = re.compile(r"\{([^{}]+)\}")


class MappingError(ValueError):
    """Raised when a mapping or a log cannot be read; reads as one line."""


class Columns(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which column holds what."""

    case: str
    time: str
    step: str
    person: str
    unit: str


class Requester(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who asked; one of the two contacts is needed."""

    name: str
    mobile: str | None = None
    email: str | None = None


class Ticket(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a case is registered as."""

    subject: str
    title: str
    description: str
    requester: Requester
    channel: str = "api"
    language: str = "en"


class LogMapping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mapping file."""

    columns: Columns
    time_format: str
    zone: str
    ticket: Ticket
    workflow: str = "replay"
    #: The line of support by how a unit's name ends: `{" 2nd": 2}`; any other unit is of the first.
    tiers: dict[str, Annotated[int, msgspec.Meta(ge=1, le=9)]] | None = None

    def tier_of(self, unit: str) -> int | None:
        """Give the line that a unit belongs to; None where the mapping knows of no lines."""
        if self.tiers is None:
            return None
        return next((tier for end, tier in self.tiers.items() if unit.endswith(end)), 1)


class Row(NamedTuple):
    """One row of a case: what happened when, by whom, where."""

    at: datetime
    step: str
    person: str
    unit: str
    tier: int | None


class Case(NamedTuple):
    """One case of the log: what to register, and its rows in order."""

    id: str
    ticket: dict[str, Any]
    rows: list[Row]


class Log(NamedTuple):
    """A log as read: a name for exactly this content, and its cases by their first row."""

    digest: str
    cases: list[Case]

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return sum(len(case.rows) for case in self.cases)


def read_mapping(path: Path) -> LogMapping:
    """Read a mapping file; raises MappingError."""
    try:
        mapping = msgspec.convert(yaml.safe_load(path.read_text("utf-8")), LogMapping)
        ZoneInfo(mapping.zone)
    except (OSError, yaml.YAMLError, msgspec.ValidationError, LookupError, ValueError) as error:
        raise MappingError(f"{path}: {error}") from error
    return mapping


def read_log(path: Path, mapping: LogMapping) -> Log:
    """Read a log by its mapping; raises MappingError."""
    try:
        content = path.read_bytes()
        records = list(csv.DictReader(content.decode("utf-8-sig").splitlines()))
        cases = list(_cases(records, mapping))
    except (OSError, UnicodeError, csv.Error) as error:
        raise MappingError(f"{path}: {error}") from error
    except KeyError as error:
        raise MappingError(f"{path}: there is no column {error}") from error
    except ValueError as error:
        raise MappingError(f"{path}: {error}") from error
    return Log(hashlib.sha256(content).hexdigest()[:16], cases)


def _cases(records: list[dict[str, str]], mapping: LogMapping) -> Iterator[Case]:
    """Gather rows by case; a case's rows are played in the order of their times."""
    zone = ZoneInfo(mapping.zone)
    gathered: dict[str, list[tuple[Row, dict[str, str]]]] = {}
    for record in records:
        row = _row(record, mapping, zone)
        gathered.setdefault(record[mapping.columns.case], []).append((row, record))
    for case, rows in gathered.items():
        rows.sort(key=lambda row: row[0].at)
        yield Case(case, _ticket(mapping, rows[0][1]), [row for row, _ in rows])


def _row(record: Mapping[str, str], mapping: LogMapping, zone: ZoneInfo) -> Row:
    columns = mapping.columns
    told = datetime.strptime(record[columns.time], mapping.time_format)  # noqa: DTZ007 - next line
    return Row(
        told.replace(tzinfo=zone).astimezone(UTC),
        record[columns.step],
        record[columns.person],
        record[columns.unit],
        mapping.tier_of(record[columns.unit]),
    )


def _ticket(mapping: LogMapping, record: Mapping[str, str]) -> dict[str, Any]:
    ticket = msgspec.to_builtins(mapping.ticket)
    ticket["requester"] = {
        name: _filled(text, record) for name, text in ticket["requester"].items() if text
    }
    texts = {name: _filled(ticket[name], record) for name in ("title", "description")}
    return {**ticket, **texts, "workflow": mapping.workflow}


def _filled(text: str, record: Mapping[str, str]) -> str:
    """Put the values of the record in the places of a text."""
    return _PLACE.sub(lambda place: record[place[1]], text)

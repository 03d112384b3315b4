"""How lists of tickets are narrowed and ordered, as their address says: pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Self
from urllib.parse import urlencode

import msgspec

from contracts.calls.sla import NextDue
from gateway.answers import InboxAnswer, TicketLine
from gateway.texts import latin

#: The parts of the inbox, in the order in which they are looked at.
PARTS: Final = ("work", "asked", "questions", "out", "queue")
SORTS: Final = ("usual", "due", "priority", "age", "changed")
DUES: Final = ("late", "near")
_SAME_LETTERS: Final = str.maketrans({"ي": "ی", "ك": "ک", "\u200c": " "})
_MOST_VALUES: Final = 20
_LONGEST: Final = 200


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket as a line of a list."""

    part: str
    line: TicketLine
    due: NextDue | None

    @property
    def code(self) -> str:
        """The ticket's tracking code."""
        return self.line.code


class Chip(msgspec.Struct, frozen=True, kw_only=True):
    """A filter that can be switched: what it asks, how many rows it shows, whether it is on."""

    group: str
    value: str
    count: int
    is_on: bool
    address: str


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What a list's address asks for."""

    path: str = "/desk"
    part: str = "all"
    states: tuple[str, ...] = ()
    priorities: tuple[str, ...] = ()
    dues: tuple[str, ...] = ()
    subject: str = ""
    q: str = ""
    sort: str = "usual"

    @classmethod
    def read(cls, pairs: Iterable[tuple[str, str]]) -> Self:
        """Read an address's query; what it cannot mean is left out."""
        given: dict[str, list[str]] = {}
        for name, value in pairs:
            given.setdefault(name, []).append(value.strip()[:_LONGEST])

        def last(name: str) -> str:
            return given.get(name, [""])[-1]

        return cls(
            part=last("part") if last("part") in PARTS else "all",
            states=tuple(given.get("state", ())[:_MOST_VALUES]),
            priorities=tuple(each for each in given.get("priority", ()) if each in "12345"),
            dues=tuple(each for each in given.get("due", ()) if each in DUES),
            subject=last("subject"),
            q=last("q"),
            sort=last("sort") if last("sort").removeprefix("-") in SORTS else "usual",
        )

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is left out beside the choice of a part."""
        return bool(self.states or self.priorities or self.dues or self.subject or self.q)

    @property
    def query(self) -> str:
        """The query of the address, nothing that is usual in it."""
        pairs = [("part", self.part)] if self.part != "all" else []
        pairs += [("state", each) for each in self.states]
        pairs += [("priority", each) for each in self.priorities]
        pairs += [("due", each) for each in self.dues]
        pairs += [(name, value) for name in ("subject", "q") if (value := getattr(self, name))]
        pairs += [("sort", self.sort)] if self.sort != "usual" else []
        return urlencode(pairs)

    @property
    def address(self) -> str:
        """The address that asks for this."""
        return f"{self.path}?{self.query}" if self.query else self.path

    def to(self, **changes: Any) -> str:
        """Give the address that asks for the same with changes."""
        return msgspec.structs.replace(self, **changes).address

    def by(self, sort: str) -> str:
        """Give the address that sorts so, or the other way round where it does already."""
        return self.to(sort=f"-{sort}" if self.sort == sort else sort)

    def toggled(self, group: str, value: str) -> str:
        """Give the address that asks for a value too, or no longer."""
        now: tuple[str, ...] = getattr(self, group)
        rest = tuple(each for each in now if each != value)
        return self.to(**{group: rest if value in now else (*now, value)})

    def takes(self, row: Row, *, but: str = "") -> bool:
        """Tell whether a row is asked for, in whatever part; `but` leaves one filter out."""
        found = {
            "states": not self.states or row.line.state in self.states,
            "priorities": not self.priorities or str(row.line.priority) in self.priorities,
            "dues": not self.dues or (row.due is not None and row.due.state in self.dues),
            "subject": not self.subject or row.line.subject == self.subject,
            "q": _holds(row, self.q),
        }
        return all(holds for name, holds in found.items() if name != but)


def rows_of(inbox: InboxAnswer) -> list[Row]:
    """Give all rows of an inbox, part by part; what is in one's own queue is with nobody else."""
    queued = {line.code for line in inbox.queue}
    return [
        Row(part=part, line=line, due=inbox.due.get(line.code))
        for part in PARTS
        for line in getattr(inbox, part)
        if part != "out" or line.code not in queued
    ]


def arranged(rows: Sequence[Row], wanted: Wanted, now: datetime) -> dict[str, list[Row]]:
    """Give the rows that are asked for by part; parts without any are left out."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        if wanted.part in ("all", row.part) and wanted.takes(row):
            found.setdefault(row.part, []).append(row)
    return {part: _sorted(found[part], wanted.sort, now) for part in PARTS if part in found}


def chips_of(rows: Sequence[Row], wanted: Wanted) -> list[Chip]:
    """Give the filters that would show something, each with how many it would."""
    here = [row for row in rows if wanted.part in ("all", row.part)]
    values: Mapping[str, Callable[[Row], str]] = {
        "dues": lambda row: row.due.state if row.due else "",
        "priorities": lambda row: str(row.line.priority),
        "states": lambda row: row.line.state,
    }
    found: list[Chip] = []
    for group, value_of in values.items():
        counts = Counter(value_of(row) for row in here if wanted.takes(row, but=group))
        on = getattr(wanted, group)
        order = DUES if group == "dues" else sorted({*counts, *on})
        found += [
            Chip(
                group=group,
                value=value,
                count=counts[value],
                is_on=value in on,
                address=wanted.toggled(group, value),
            )
            for value in order
            if value and (counts[value] or value in on)
        ]
    return found


def _sorted(rows: list[Row], sort: str, now: datetime) -> list[Row]:
    keys: Mapping[str, Callable[[Row], Any]] = {
        "due": lambda row: _due_key(row, now),
        "priority": lambda row: row.line.priority,
        "age": lambda row: row.line.registered_at,
        "changed": lambda row: -row.line.updated_at.timestamp(),
    }
    name = sort.removeprefix("-")
    if name not in keys:
        return rows
    return sorted(rows, key=keys[name], reverse=sort.startswith("-"))


def _due_key(row: Row, now: datetime) -> tuple[int, float]:
    if row.due is None:
        return 2, 0.0
    if row.due.due_at is None:
        return 1, row.due.left_seconds
    return 0, (row.due.due_at - now).total_seconds()


def _holds(row: Row, q: str) -> bool:
    if not q:
        return True
    line = row.line
    told = _folded(f"{line.code} {line.title or ''} {line.requester_name or ''}")
    return all(word in told for word in _folded(q).replace("-", "").split())


def _folded(text: str) -> str:
    return latin(text).translate(_SAME_LETTERS).casefold()

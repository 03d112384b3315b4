"""The routing rules as decisions see them: a table of rows, of which the first that holds decides.

Rows that say so let later ones add tags, skills and a higher priority.

The columns are compared in plain Python, once for each combination that comes up; JSONLogic is
asked only of rows whose columns hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from chassis.logic import Logic
from contracts.calls.routing import Decided, RowVerdict, Rule

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
#: What a row's logic may read.
READABLE = frozenset(
    {
        "subject",
        "subjects",
        "kind",
        "channel",
        "segment",
        "language",
        "registered_in",
        "mentions",
        "date",
        "weekday",
        "hour",
        "minute",
        "answers",
    }
)
#: The parts of a result that make a difference.
RESULTS = tuple(name for name in Decided.__struct_fields__ if name != "row")
#: Between skills that work asks for at once: `network+vpn`.
AND = "+"
#: How many of the facts columns are compared with.
_COMPARED = 7
#: Combinations of columns that are remembered; then the memory begins anew.
_REMEMBERED = 10_000


class Facts(NamedTuple):
    """What is known of a request when its case is opened."""

    #: Its subject and those above it.
    subjects: tuple[str, ...]
    kind: str
    channel: str
    segment: str
    language: str
    #: The unit of who registered it for the requester, and those above it.
    units: tuple[str, ...]
    #: Groups of words that its texts mention.
    mentions: tuple[str, ...]
    #: When it was registered, and whose clocks tell its day and hour.
    at: datetime
    zone: str = "UTC"
    #: Of the form that was filled in at registering: what conditions may ask.
    answers: Mapping[str, Any] = MappingProxyType({})

    def readable(self) -> dict[str, Any]:
        """Give them as a row's logic reads them."""
        at = self.at.astimezone(ZoneInfo(self.zone))
        return {
            "subject": self.subjects[0] if self.subjects else "",
            "subjects": list(self.subjects),
            "kind": self.kind,
            "channel": self.channel,
            "segment": self.segment,
            "language": self.language,
            "registered_in": list(self.units),
            "mentions": list(self.mentions),
            "date": at.date().isoformat(),
            "weekday": WEEKDAYS[at.weekday()],
            "hour": at.hour,
            "minute": at.minute,
            "answers": dict(self.answers),
        }


#: The columns that are compared, and when a row's value fits.
_COLUMNS: Mapping[str, Callable[[str, Facts], bool]] = {
    "subject": lambda wanted, facts: wanted in facts.subjects,
    "kind": lambda wanted, facts: wanted == facts.kind,
    "channel": lambda wanted, facts: wanted == facts.channel,
    "segment": lambda wanted, facts: wanted == facts.segment,
    "language": lambda wanted, facts: wanted == facts.language,
    "registered_in": lambda wanted, facts: wanted in facts.units,
    "mentions": lambda wanted, facts: wanted in facts.mentions,
}
COLUMNS = tuple(_COLUMNS)


class _Row(NamedTuple):
    rule: Rule
    logic: Logic | None


class Table:
    """A version of the rules, or a draft; whatever is asked of it is asked of its active rows."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.source = rules
        self.rules = tuple(sorted(rules, key=lambda rule: (rule.order, rule.id)))
        self._rows = [
            _Row(rule, Logic(rule.when) if rule.when is not None else None)
            for rule in self.rules
            if rule.active
        ]
        self._fitting: dict[tuple[Any, ...], tuple[_Row, ...]] = {}

    def rule_for(self, facts: Facts) -> Rule | None:
        """Give the first row that holds, with what those add that it lets come after it."""
        data: dict[str, Any] | None = None
        holding: list[Rule] = []
        for rule, logic in self._candidates(facts):
            if logic is not None:
                data = data or facts.readable()
                if not logic.holds(data):
                    continue
            if not rule.go_on and not holding:
                return rule
            holding.append(rule)
            if not rule.go_on:
                break
        return united(holding) if holding else None

    def explain(self, facts: Facts) -> list[RowVerdict]:
        """Say of each row which of its conditions hold."""
        data = facts.readable()
        return [_verdict(row, facts, data) for row in self._rows]

    def _candidates(self, facts: Facts) -> tuple[_Row, ...]:
        """Give the rows whose columns hold, up to the first that asks nothing more."""
        key = facts[:_COMPARED]
        found = self._fitting.get(key)
        if found is None:
            if len(self._fitting) >= _REMEMBERED:
                self._fitting.clear()
            found = self._fitting[key] = tuple(self._look_through(facts))
        return found

    def _look_through(self, facts: Facts) -> Iterable[_Row]:
        for row in self._rows:
            if all(fits(row.rule, facts) for fits in _FITS):
                yield row
                if row.logic is None and not row.rule.go_on:
                    return


#: By the tuples that they were made of, the last few.
_TABLES: dict[int, Table] = {}
_MADE = 8


def table_of(rules: tuple[Rule, ...]) -> Table:
    """Give the table of rules; the same tuple gives the same table."""
    found = _TABLES.get(id(rules))
    if found is None or found.source is not rules:
        if len(_TABLES) >= _MADE:
            _TABLES.clear()
        found = _TABLES[id(rules)] = Table(rules)
    return found


def _fits(column: str) -> Callable[[Rule, Facts], bool]:
    compare = _COLUMNS[column]

    def fits(rule: Rule, facts: Facts) -> bool:
        wanted = getattr(rule, column)
        return wanted is None or compare(wanted, facts)

    return fits


_FITS = tuple(_fits(column) for column in COLUMNS)


def _verdict(row: _Row, facts: Facts, data: dict[str, Any]) -> RowVerdict:
    held: list[str] = []
    failed: list[str] = []
    for column, compare in _COLUMNS.items():
        wanted = getattr(row.rule, column)
        if wanted is not None:
            (held if compare(wanted, facts) else failed).append(column)
    if row.logic is not None:
        (held if row.logic.holds(data) else failed).append("when")
    return RowVerdict(row=row.rule.id, holds=not failed, held=held, failed=failed)


def decided(rule: Rule | None) -> Decided:
    """Give what a row makes of a request; without one it goes to the nearest desk."""
    if rule is None:
        return Decided()
    return Decided(row=rule.id, **{name: getattr(rule, name) for name in RESULTS})


def differing(before: Rule | None, after: Rule | None) -> list[str]:
    """Name the results in which two rows differ."""
    if before is after:
        return []
    one, other = decided(before), decided(after)
    return [name for name in RESULTS if getattr(one, name) != getattr(other, name)]


def united(rules: Sequence[Rule]) -> Rule:
    """Give the first row with all tags, the highest priority and every skill of the rows."""
    first = rules[0]
    priorities = [rule.priority for rule in rules if rule.priority is not None]
    skills = dict.fromkeys(rule.skill for rule in rules if rule.skill is not None)
    return msgspec.structs.replace(
        first,
        tags=list(dict.fromkeys(tag for rule in rules for tag in rule.tags)),
        priority=min(priorities, default=None),
        skill=AND.join(skills) or None,
    )


def changed_rows(before: Iterable[Rule], after: Iterable[Rule]) -> list[str]:
    """Name the rows that are new, gone or different; a row that only stands elsewhere is."""
    old, new = {rule.id: rule for rule in before}, {rule.id: rule for rule in after}
    return sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))


def with_row(rules: Iterable[Rule], row: Rule) -> list[Rule]:
    """Give rows in their order with one added, or put in the place of that of the same id."""
    others = [rule for rule in rules if rule.id != row.id]
    return sorted([*others, row], key=lambda rule: (rule.order, rule.id))


#: Between two rows of a whole table, so that single ones find a place between them.
_APART = 10


def numbered(rows: Iterable[msgspec.Struct]) -> list[Rule]:
    """Give a whole table's rows with the order in which they stand."""
    return [
        msgspec.convert({**msgspec.structs.asdict(row), "order": _APART * place}, Rule)
        for place, row in enumerate(rows, start=1)
    ]

"""The draft beside the rules: what it would have decided otherwise, counted in this process.

A decision is never held up: the draft is asked after the commit, on the same facts, and its figures
are written together a moment later. A process that breaks takes those of a moment with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

import eventlet

from contracts.calls.routing import Rule
from services.routing.domain.rules import Facts, Table, differing
from services.routing.repository.rules import Pair, RuleSets, Tally

_LATER_SECONDS = 2.0
#: Codes that are remembered for each pair of rows until they are written.
_EXAMPLES = 20


class Beside(NamedTuple):
    """A draft, ready to decide."""

    shadow: str
    table: Table


class Watcher:
    """Compares a draft with what holds, and writes now and then what it has seen."""

    def __init__(self, sets: RuleSets) -> None:
        self._sets = sets
        self._shadow = ""
        self._looked_at = 0
        self._pairs: dict[Pair, Tally] = {}
        self._writing = False

    def look(
        self, beside: Beside, live: Table, requests: Iterable[tuple[str, Facts]], at: datetime
    ) -> None:
        """Have the draft decide about requests, (code, facts), that the table has decided about."""
        if beside.shadow != self._shadow:
            self._shadow, self._looked_at, self._pairs = beside.shadow, 0, {}
        for code, facts in requests:
            self._looked_at += 1
            old, new = live.rule_for(facts), beside.table.rule_for(facts)
            if names := differing(old, new):
                self._note(Pair(_name(old), _name(new)), names, code, at)
        if self._looked_at and not self._writing:
            self._writing = True
            eventlet.spawn_after(_LATER_SECONDS, self.write)

    def write(self) -> None:
        """Write what was counted since the last time; what cannot be written is lost."""
        shadow, looked_at, pairs = self._shadow, self._looked_at, self._pairs
        self._looked_at, self._pairs, self._writing = 0, {}, False
        self._sets.count(shadow, looked_at, pairs)

    def _note(self, pair: Pair, names: list[str], code: str, at: datetime) -> None:
        tally = self._pairs.setdefault(pair, Tally(0, names, at, []))
        tally.count += 1
        tally.differing, tally.last_at = names, at
        if len(tally.examples) < _EXAMPLES:
            tally.examples.append(code)


def _name(rule: Rule | None) -> str | None:
    return rule.id if rule else None

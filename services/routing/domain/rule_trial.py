"""What a draft of the rules would have decided otherwise about past requests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from contracts.calls.routing import Changed, RowCount, Rule, RulesTrial, RuleWarning, UnitCount
from services.routing.domain.rules import Facts, Table, decided, differing

_EXAMPLES = 100
Team = tuple[str | None, int | None]


class Comparison:
    """Two tables, and what they make of the requests that are added."""

    def __init__(self, before: Table, after: Table) -> None:
        self._before = before
        self._after = after
        self._rows: tuple[Counter[str | None], Counter[str | None]] = (Counter(), Counter())
        self._teams: tuple[Counter[Team], Counter[Team]] = (Counter(), Counter())
        self._examples: list[Changed] = []
        self._looked_at = 0
        self._changed = 0

    def add(self, code: str, at: datetime, facts: Facts) -> None:
        """Have both decide about one request."""
        old, new = self._before.rule_for(facts), self._after.rule_for(facts)
        for number, rule in enumerate((old, new)):
            self._rows[number][rule.id if rule else None] += 1
            self._teams[number][(rule.unit, rule.tier) if rule else (None, None)] += 1
        self._looked_at += 1
        if names := differing(old, new):
            self._changed += 1
            if len(self._examples) < _EXAMPLES:
                two = {"before": decided(old), "after": decided(new)}
                self._examples.append(Changed(code=code, at=at, differing=names, **two))

    def answer(self, requests: int, warnings: Sequence[RuleWarning] = ()) -> RulesTrial:
        """Give the outcome; `requests` is how many there were to look at."""
        idle = [rule.id for rule in self._after.rules if rule.active and not self._rows[1][rule.id]]
        return RulesTrial(
            requests=requests,
            looked_at=self._looked_at,
            changed=self._changed,
            rows=[
                RowCount(row=name, before=self._rows[0][name], after=self._rows[1][name])
                for name in self._in_order()
            ],
            units=[
                UnitCount(unit=unit, tier=tier, before=before, after=after)
                for unit, tier, before, after in self._by_team()
            ],
            idle=idle,
            examples=self._examples,
            warnings=list(warnings),
        )

    def _in_order(self) -> list[str | None]:
        """Give the rows of either table: as the draft has them, then those it lacks, then none."""
        names = [rule.id for rule in (*self._after.rules, *self._before.rules) if self._used(rule)]
        return [*dict.fromkeys(names), *([None] if self._used(None) else [])]

    def _used(self, rule: Rule | None) -> bool:
        name = rule.id if rule else None
        return any(rows[name] for rows in self._rows)

    def _by_team(self) -> list[tuple[str | None, int | None, int, int]]:
        teams = sorted(
            {*self._teams[0], *self._teams[1]}, key=lambda team: (team[0] or "~", team[1] or 0)
        )
        return [(*team, self._teams[0][team], self._teams[1][team]) for team in teams]

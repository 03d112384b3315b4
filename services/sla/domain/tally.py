"""The figures of a trial: outcomes of many tickets, before and after, added up."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from itertools import chain
from typing import NamedTuple

from contracts.calls.trials import (
    ClockChange,
    Held,
    HolderChange,
    Load,
    NotComparable,
    NoticeChange,
    TrialAnswer,
    Verdicts,
)
from services.sla.domain.trying import Message, Run

_EXAMPLES = 50
_NAMED = 1000


class Side(NamedTuple):
    """One side of a ticket's comparison."""

    runs: list[Run]
    messages: list[Message]

    def missed(self) -> set[str]:
        """Give the clocks that were missed."""
        return {run.clock for run in self.runs if run.verdict == "missed"}

    def verdicts(self) -> list[tuple[str, str]]:
        """Give what became of each run, in an order of their own."""
        return sorted((run.clock, run.verdict) for run in self.runs)


class _Sum:
    """One side of all tickets."""

    def __init__(self) -> None:
        self.verdicts: Counter[tuple[str, str]] = Counter()
        self.late: dict[str, float] = defaultdict(float)
        self.penalties: Counter[str] = Counter()
        self.held: Counter[tuple[str, str]] = Counter()
        self.messages: dict[tuple[str, str], Counter[date]] = defaultdict(Counter)

    def add(self, side: Side) -> None:
        for run in side.runs:
            self.verdicts[run.clock, run.verdict] += 1
            if run.holder:
                self.held[run.holder, run.verdict] += 1
            if run.late_seconds or run.penalty:
                self.late[run.clock] += run.late_seconds
                self.penalties[run.clock] += run.penalty
        for role, channel, day in side.messages:
            self.messages[role, channel][day] += 1

    def of_clock(self, clock: str) -> Verdicts:
        return Verdicts(
            met=self.verdicts[clock, "met"],
            missed=self.verdicts[clock, "missed"],
            open=self.verdicts[clock, "open"],
            cancelled=self.verdicts[clock, "cancelled"],
            late_seconds=round(self.late.get(clock, 0.0), 3),
            penalty=self.penalties[clock],
        )

    def of_holder(self, holder: str) -> Held:
        return Held(met=self.held[holder, "met"], missed=self.held[holder, "missed"])

    def load(self, to: tuple[str, str]) -> Load:
        days = self.messages.get(to)
        if not days:
            return Load()
        busiest = max(sorted(days), key=days.__getitem__)
        return Load(total=days.total(), most_a_day=days[busiest], busiest=busiest)


class Tally:
    """Adds tickets up one by one, and gives the answer."""

    def __init__(self) -> None:
        self._before, self._after = _Sum(), _Sum()
        self._newly: Counter[str] = Counter()
        self._no_longer: Counter[str] = Counter()
        self._compared = self._changed = 0
        self._examples: list[str] = []
        self._left_out: Counter[str] = Counter()
        self._named: list[NotComparable] = []

    @property
    def looked_at(self) -> int:
        """How many tickets there have been."""
        return self._compared + self._left_out.total()

    def compare(self, code: str, before: Side, after: Side) -> None:
        """Add a ticket's two sides."""
        self._compared += 1
        self._before.add(before)
        self._after.add(after)
        if before.verdicts() == after.verdicts():
            return
        self._changed += 1
        missed, would_be = before.missed(), after.missed()
        self._newly.update(would_be - missed)
        self._no_longer.update(missed - would_be)
        if would_be - missed and len(self._examples) < _EXAMPLES:
            self._examples.append(code)

    def leave_out(self, code: str, reason: str) -> None:
        """Name a ticket that cannot be compared."""
        self._left_out[reason] += 1
        if len(self._named) < _NAMED:
            self._named.append(NotComparable(code=code, reason=reason))

    def answer(self) -> TrialAnswer:
        """Give what all tickets come to."""
        before, after = self._before, self._after
        clocks = {clock for clock, _ in chain(before.verdicts, after.verdicts)}
        holders = {holder for holder, _ in chain(before.held, after.held)}
        return TrialAnswer(
            tickets=self.looked_at,
            compared=self._compared,
            changed=self._changed,
            clocks=[
                ClockChange(
                    clock=clock,
                    before=before.of_clock(clock),
                    after=after.of_clock(clock),
                    newly_missed=self._newly[clock],
                    no_longer_missed=self._no_longer[clock],
                )
                for clock in sorted(clocks)
            ],
            holders=[
                HolderChange(
                    holder=holder, before=before.of_holder(holder), after=after.of_holder(holder)
                )
                for holder in sorted(holders)
            ],
            notices=[
                NoticeChange(
                    role=to[0], channel=to[1], before=before.load(to), after=after.load(to)
                )
                for to in sorted({*before.messages, *after.messages})
            ],
            examples=self._examples,
            left_out=dict(self._left_out),
            not_comparable=self._named,
        )

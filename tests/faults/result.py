"""The figures of one run, and whether the promise held."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from tests.faults.audit import Findings
from tests.faults.injection import Happened
from tests.faults.ledger import Ledger
from tests.faults.notices import Notices

_SHOWN = 5


@dataclass
class Figure:
    """A number that belongs to one test, and whether it is what it must be."""

    name: str
    value: float
    wanted: str
    met: bool


@dataclass
class Result:
    """One run of one test."""

    test: str
    title: str
    seed: int
    findings: Findings
    notices: Notices
    p99_seconds: float
    drain_seconds: float
    began: float
    lasted: float
    given_up: int
    figures: list[Figure]
    happened: list[Happened]
    refusals: dict[int, int]
    series: list[dict[str, float]]
    skipped: str = ""
    #: What did not come that had to.
    broken: list[str] = field(default_factory=list)

    @property
    def unmet(self) -> list[str]:
        """What is not as it must be, in words; empty when the promise held."""
        found = self.findings
        told = [
            f"{name}: {len(items)} ({', '.join(sorted(items)[:_SHOWN])})"
            for name, items in (
                ("lost", found.lost),
                ("doubled", found.doubled),
                ("phantom", found.phantom),
                ("wrong state", found.wrong_state),
                ("out of order", found.disordered),
            )
            if items
        ]
        if found.stuck:
            told.append(f"stuck: {len(found.stuck)} ({found.stuck[0]})")
        if self.given_up:
            # Every fault is shorter than the clients' patience: who gives up was failed by us.
            told.append(f"given up after minutes of refusals: {self.given_up}")
        if self.notices.missing:
            told.append(f"notices missing: {self.notices.missing}")
        told += [
            f"{figure.name}: {figure.value:g} instead of {figure.wanted}"
            for figure in self.figures
            if not figure.met
        ]
        return told + self.broken

    def as_row(self) -> dict[str, Any]:
        """Give the figures that every run prints."""
        found, notices = self.findings, self.notices
        return {
            "test": self.test,
            "seed": self.seed,
            "accepted": found.accepted,
            "lost": len(found.lost),
            "doubled": len(found.doubled),
            "phantom": len(found.phantom),
            "stuck": len(found.stuck),
            "given_up": self.given_up,
            "notices": notices.sent,
            "notices_missing": notices.missing,
            "notices_repeated": notices.repeated,
            "most_repeats": notices.most_repeats,
            "p99_seconds": round(self.p99_seconds, 2),
            "drain_seconds": round(self.drain_seconds, 1),
        }

    def as_document(self) -> dict[str, Any]:
        """Give everything, for JSON."""
        return {
            **self.as_row(),
            "title": self.title,
            "figures": [asdict(figure) for figure in self.figures],
            "refusals": {str(status): count for status, count in sorted(self.refusals.items())},
            "faults": [asdict(happened) for happened in self.happened],
            "began": self.began,
            "lasted_seconds": round(self.lasted, 1),
            "series": self.series,
            "skipped": self.skipped,
            "unmet": self.unmet,
            "stuck_rows": self.findings.stuck,
        }


def series_of(ledger: Ledger, began: float) -> list[dict[str, float]]:
    """Give, for each second of the run, what was acknowledged and refused and how long it took."""
    acknowledged: Counter[int] = Counter()
    refused = Counter(int(at - began) for at, _status in ledger.refusals)
    longest: dict[int, float] = {}
    for answer in ledger.answers:
        second = int(answer.at - began)
        acknowledged[second] += 1
        longest[second] = max(longest.get(second, 0.0), answer.seconds)
    last = max([*acknowledged, *refused], default=0)
    return [
        {
            "second": second,
            "acknowledged": acknowledged[second],
            "refused": refused[second],
            "longest_seconds": round(longest.get(second, 0.0), 3),
        }
        for second in range(last + 1)
    ]

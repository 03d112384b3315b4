"""A draft of the rules beside the version that holds, on the same requests."""

from __future__ import annotations

from contracts.calls.routing import RowCount, UnitCount
from services.routing.domain.rule_trial import Comparison
from services.routing.domain.rules import Table
from tests.unit.routing.test_rules import MORNING, facts, row

HOLDS = [row("it", subject="it", priority=3)]
DRAFT = [
    row("phone", "finance", order=1, channel="phone"),
    row("never", order=2, segment="vip"),
    row("renamed", order=3, subject="it", priority=3),
]


def test_what_a_draft_decides_otherwise_is_counted_and_shown() -> None:
    comparison = Comparison(Table(HOLDS), Table(DRAFT))
    comparison.add("1", MORNING, facts())
    comparison.add("2", MORNING, facts(channel="phone"))
    comparison.add("3", MORNING, facts(subjects=("hr",)))

    answer = comparison.answer(requests=10)

    assert (answer.requests, answer.looked_at, answer.changed) == (10, 3, 1)
    assert answer.rows == [
        RowCount(row="phone", before=0, after=1),
        RowCount(row="renamed", before=0, after=1),
        RowCount(row="it", before=2, after=0),
        RowCount(row=None, before=1, after=1),
    ]
    assert answer.units == [
        UnitCount(unit="finance", tier=1, before=0, after=1),
        UnitCount(unit="it", tier=1, before=2, after=1),
        UnitCount(unit=None, tier=None, before=1, after=1),
    ]
    assert answer.idle == ["never"]
    (example,) = answer.examples
    assert (example.code, example.differing) == ("2", ["unit", "priority"])
    assert (example.before.row, example.after.row) == ("it", "phone")


def test_a_table_beside_itself_changes_nothing() -> None:
    comparison = Comparison(Table(HOLDS), Table(HOLDS))
    comparison.add("1", MORNING, facts())

    assert comparison.answer(requests=1).changed == 0

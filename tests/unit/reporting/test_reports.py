"""How sums become the rows of a report."""

import pytest

from services.reporting.domain.catalogue import (
    CATALOGUE,
    REOPENINGS,
    SLA_ATTAINMENT,
    TOUCH_AND_WAITING,
    WORK_GROUPS,
)
from services.reporting.domain.spread import percentile, spread


def test_shares_of_work_groups_are_of_the_same_unit() -> None:
    rows = WORK_GROUPS.rows(
        "unit",
        {
            ("it", "network"): {"tickets": 1, "touch_seconds": 60, "cost": 100},
            ("it", "training"): {"tickets": 3, "touch_seconds": 20, "cost": 100},
            ("desk", "training"): {"tickets": 2, "touch_seconds": 0, "cost": 0},
        },
    )

    assert rows == [
        ["desk", "training", 2, 100.0, 0, None, 0, None],
        ["it", "network", 1, 25.0, 60, 75.0, 100, 50.0],
        ["it", "training", 3, 75.0, 20, 25.0, 100, 50.0],
    ]


def test_a_report_without_a_grouping_has_a_row_even_of_nothing() -> None:
    assert REOPENINGS.rows(None, {}) == [[0, 0, 0, None, 0]]


def test_values_that_came_to_nothing_are_left_out() -> None:
    sums = {"reopenings": 0, "reopened_cases": 0, "ever_finished": 0, "answered": 0}

    assert REOPENINGS.rows("unit", {("it", ""): sums}) == []


def test_attainment_leaves_open_clocks_out_of_the_percentage() -> None:
    sums = {("", "resolution"): {"met": 3, "breached": 1, "open": 6}}

    assert SLA_ATTAINMENT.rows(None, sums) == [["resolution", 3, 1, 6, 75.0]]


def test_a_percentile_is_true_to_five_per_cent() -> None:
    measures: dict[str, int] = {}
    for seconds in range(1, 10_001):
        for name, amount in spread("touch_seconds", seconds).items():
            measures[name] = measures.get(name, 0) + amount

    assert measures["touch_seconds"] == sum(range(1, 10_001))
    for share in (0.1, 0.5, 0.9, 0.99):
        told = percentile(measures, "touch_seconds", share)
        assert told == pytest.approx(share * 10_000, rel=0.06)


def test_touch_and_waiting_stand_apart() -> None:
    sums = {"finished": 1} | spread("touch_seconds", 240) | spread("waited_seconds", 10_800)

    row = dict(
        zip(
            [head.name for head in TOUCH_AND_WAITING.heads(None)],
            TOUCH_AND_WAITING.rows(None, {("", ""): sums})[0],
            strict=True,
        )
    )

    assert (row["touch_mean"], row["waiting_mean"]) == (240.0, 10_800.0)


def test_every_title_is_in_both_languages() -> None:
    for report in CATALOGUE.values():
        for texts in (
            report.title,
            report.description,
            *(head.title for head in report.heads((*report.by, None)[0])),
        ):
            assert set(texts) == {"fa", "en"}
            assert all(texts.values())

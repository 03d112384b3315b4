"""The lines of support that a ticket went through: passed on, come back, solved."""

from __future__ import annotations

from itertools import groupby, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.envelope import Event
from services.reporting.domain.case import CASE, Case
from services.reporting.domain.catalogue import SUPPORT_LINES
from services.reporting.domain.lines import measures
from tests.unit.reporting.stories import NINE, assigned, queued

#: (person, unit, tier): each unit is of one line.
PLACES = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c", None]),
        st.sampled_from([("desk", 1), ("net", 2), ("apps", 2), ("lab", 3)]),
    ),
    min_size=1,
    max_size=15,
)


def told(person: str | None, unit: str, tier: int) -> Event:
    return queued(unit, tier) if person is None else assigned(person, unit, tier=tier)


def case_of(*events: Event) -> Case:
    case = CASE.initial()
    for event in events:
        case = CASE.apply(case, event, NINE)
    return case


def test_ping_pong_is_a_return_to_what_the_work_had_left() -> None:
    case = case_of(
        assigned("d", "desk", tier=1),
        assigned("n", "net", tier=2),
        assigned("x", "apps", tier=2),
        assigned("n", "net", tier=2),
        assigned("d", "desk", tier=1),
    )

    assert measures(case.stays) == {
        "1": {
            "cases": 1,
            "handovers": 1,
            "passed_on": 1,
            "line_returns": 1,
            "unit_returns": 1,
            "solved": 1,
            "solved_alone": 0,
        },
        "2": {
            "cases": 1,
            "handovers": 3,
            "passed_on": 1,
            "line_returns": 0,
            "unit_returns": 1,
            "solved": 0,
            "solved_alone": 0,
        },
    }


def test_the_line_that_needed_no_other_solved_it_alone() -> None:
    case = case_of(queued("desk", 1), assigned("d", "desk", tier=1))

    assert measures(case.stays)["1"]["solved_alone"] == 1


@given(PLACES)
def test_the_lines_tell_what_the_places_one_by_one_tell(
    places: list[tuple[str | None, tuple[str, int]]],
) -> None:
    case = case_of(*(told(person, *place) for person, place in places))
    lines = measures(case.stays)

    units = [unit for unit, _ in groupby(unit for _, (unit, _) in places)]
    visited = [line for line, _ in groupby(str(tier) for _, (_, tier) in places)]
    people = [person for person, _ in places if person is not None]
    assert sum(line["handovers"] for line in lines.values()) == case.handovers
    assert case.handovers == sum(a != b for a, b in pairwise(people))
    assert sum(line["passed_on"] for line in lines.values()) == len(visited) - 1
    assert sum(line["unit_returns"] for line in lines.values()) == len(units) - len(set(units))
    assert {name: line["line_returns"] for name, line in lines.items()} == {
        name: visited.count(name) - 1 for name in set(visited)
    }
    assert [name for name, line in lines.items() if line["solved"]] == [visited[-1]]


def test_shares_are_of_all_that_was_solved() -> None:
    groups = {("", "1"): {"cases": 4, "solved": 3}, ("", "2"): {"cases": 1, "solved": 1}}

    rows = SUPPORT_LINES.rows(None, groups)

    assert [(row[0], row[1], row[6], row[7]) for row in rows] == [
        ("1", 4, 3, pytest.approx(75)),
        ("2", 1, 1, pytest.approx(25)),
    ]

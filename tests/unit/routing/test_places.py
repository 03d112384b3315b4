"""Places that somebody else has taken and not told of: waited for, found given, or freed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.routing.picking import Want
from services.routing.places import Places
from services.routing.repository.loads import Taking, Wanted
from tests.laws.loads import MemoryAcquaintance, MemoryLoads
from tests.unit.routing.world import a_person

NOW = datetime(2026, 11, 22, tzinfo=UTC)
TEAM = [a_person(name, "it", capacity=10) for name in ("ali", "sara")]
SOON, LATE = timedelta(seconds=1), timedelta(seconds=10)


@pytest.fixture
def loads() -> MemoryLoads:
    """A team to both of whom a process was giving a ticket each when it died."""
    loads = MemoryLoads()
    for person in TEAM:
        loads.enter(person.id)
    given = [
        Taking(person.id, "it", 0, {f"dead-{person.id}": Wanted("died", 1)}) for person in TEAM
    ]
    assert loads.take(given, loads.standing([], [], ["it"]).teams, NOW)
    return loads


def taken(loads: MemoryLoads, at: datetime, *, stored: bool, **want: Any) -> str | None:
    """Give with whom a new ticket gets its place."""
    known: Any = loads, MemoryAcquaintance()
    places = Places(*known, patience=6, has_really=lambda _person, _work: stored)
    wanted = Want(
        **{"code": "new", "cause": "c", "pool": TEAM, "owners": [], "holder": None} | want
    )
    return places.take([wanted], at)[wanted.key].assignee


def giving(loads: MemoryLoads) -> set[str]:
    return set(loads.standing([], [], ["it"]).teams["it"].giving)


def test_what_was_given_after_all_is_certain_and_stays(loads: MemoryLoads) -> None:
    assert taken(loads, NOW + SOON, stored=True) == "ali"

    assert {name: len(held) for name, held in loads.held.items()} == {"ali": 2, "sara": 1}
    assert giving(loads) == {"new"}


def test_what_can_be_given_no_more_is_freed(loads: MemoryLoads) -> None:
    assert taken(loads, NOW + LATE, stored=False) == "ali"

    assert {name: set(held) for name, held in loads.held.items()} == {"ali": {"new"}, "sara": set()}


def test_whoever_gets_the_same_event_goes_on_with_its_place(loads: MemoryLoads) -> None:
    assert taken(loads, NOW, stored=False, code="dead-sara", cause="died") == "sara"

    assert {name: len(held) for name, held in loads.held.items()} == {"ali": 1, "sara": 1}


def test_who_is_chosen_by_hand_waits_for_nobody(loads: MemoryLoads) -> None:
    assert taken(loads, NOW, stored=False, pool=TEAM[1:]) == "sara"

"""The sweep makes loads equal to what tickets say, for tasks as for the tickets' own work."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from chassis.journal import Recorded
from services.routing.distribution import Distribution
from services.routing.repository.loads import Held, Load
from tests.unit.routing.test_flows import Trade
from tests.unit.routing.world import CODE, NOON

WORK = f"{CODE}#legal"


class Books:
    """Loads and queues that remember what was written."""

    def __init__(self, held: list[str], has: set[str]) -> None:
        places = {work: Held(work, "c", NOON - timedelta(hours=1), points=1) for work in held}
        self._load = Load(points=len(held), owned=0, turn=0, held=places)
        self._has = dict.fromkeys(has, 1)
        self.released: list[tuple[str, str]] = []
        self.adopted: list[str] = []

    def whole(self, _person: str) -> Load:
        return self._load

    def release(self, places: Any) -> None:
        self.released += [(place.person, place.code) for place in places]

    def adopt(self, _person: str, works: Any, _at: datetime) -> None:
        self.adopted += works

    def set_owned(self, _person: str, _owned: int) -> None: ...

    def held_by(self, _person: str) -> dict[str, int]:
        return self._has

    def owned_by(self, _person: str) -> int:
        return 0


def swept(world: Trade, books: Books) -> Books:
    """Sweep omid's places alone."""
    omid = world.organisation.people["omid"]
    grounding: Any = SimpleNamespace(
        store=SimpleNamespace(loads=books, queues=books),
        runtime=SimpleNamespace(clock=SimpleNamespace(now=lambda: NOON)),
        lookup=SimpleNamespace(organisation=SimpleNamespace(people={"omid": omid})),
        places=SimpleNamespace(end_what_died=lambda _before: None),
    )
    steps = [
        Recorded(event, at, at, "x", number, number)
        for number, (event, at) in enumerate(world.events[CODE], 1)
    ]
    found = SimpleNamespace(stream=CODE, updated_at=NOON - timedelta(hours=1))
    tickets: Any = SimpleNamespace(
        history=lambda code: steps if code == CODE else [],
        find=lambda query, **_more: [found] if CODE in query["_id"]["$in"] else [],
    )
    Distribution(tickets, grounding).sweep(timedelta(minutes=1))
    return books


@pytest.fixture
def world() -> Trade:
    """A purchase whose legal check omid has."""
    world = Trade()
    world.begin()
    world.by(str(world.ticket().assignee), "take-up")
    world.hand_out_task("legal")
    return world


def test_a_tasks_place_stays_while_the_journal_says_so(world: Trade) -> None:
    books = swept(world, Books(held=[WORK], has=set()))

    assert (books.released, books.adopted) == ([], [])


def test_a_tasks_place_is_freed_once_it_is_done(world: Trade) -> None:
    world.by("omid", "finish-task", task="legal")

    assert swept(world, Books(held=[WORK], has=set())).released == [("omid", WORK)]


def test_a_task_that_was_not_counted_is(world: Trade) -> None:
    assert swept(world, Books(held=[], has={WORK})).adopted == [WORK]

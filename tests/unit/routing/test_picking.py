"""Picks of several processes: even in whatever order they are stored, and stored or not."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from services.routing.domain.balance import Job
from services.routing.domain.organisation import Person
from services.routing.picking import Picks, Want
from services.routing.repository.loads import Ended
from tests.laws.loads import MemoryLoads
from tests.unit.routing.world import a_person

NOW = datetime(2026, 11, 22, tzinfo=UTC)

batches = st.lists(
    st.tuples(st.integers(0, 2), st.lists(st.integers(1, 3), min_size=1, max_size=6)),
    max_size=25,
)


class Office:
    """Processes that give work of one team, and what of it is stored."""

    def __init__(self, size: int) -> None:
        self.people = [a_person(f"p{number}", "it", capacity=1000) for number in range(size)]
        self.loads = MemoryLoads()
        for person in self.people:
            self.loads.enter(person.id)
        self.stored = Counter({person.id: 0 for person in self.people})
        #: What each process has chosen and not stored, in its order: who, which work, what weight.
        self.under_way: dict[int, list[tuple[Person, Want]]] = {}
        self._told: dict[int, list[Ended]] = {}
        self.waited = 0
        self._count = 0

    @property
    def spread(self) -> int:
        return max(self.stored.values()) - min(self.stored.values())

    def choose(self, process: int, weights: list[int]) -> None:
        """Have a process choose, unless others are in its way."""
        wants = [self._want(weight) for weight in weights]
        names = [person.id for person in self.people]
        standing = self.loads.standing(names, [want.work for want in wants], ["it"])
        picks = Picks(wants, standing, evenly=True)
        if picks.awaited:
            self.waited += 1
            return
        assert self.loads.take(picks.takings, standing.teams, NOW)
        self.under_way[process] = [(picks.chosen[want.key], want) for want in wants]

    def store_next(self, process: int) -> None:
        """Have a process store the first of what it has chosen."""
        person, want = self.under_way[process].pop(0)
        self.stored[person.id] += want.job.weight
        self._told[process] = [*self._told.get(process, []), Ended("it", want.work)]
        if not self.under_way[process]:
            del self.under_way[process]
            self.loads.settle([], self._told.pop(process), {})

    def _want(self, weight: int) -> Want:
        self._count += 1
        return Want(f"{self._count}", "c", self.people, [], None, Job(weight=weight))


@given(size=st.integers(2, 6), given_out=batches, data=st.data())
def test_loads_are_even_after_every_store_whoever_stores_first(
    size: int, given_out: list[tuple[int, list[int]]], data: st.DataObject
) -> None:
    office = Office(size)
    heaviest = max((weight for _, weights in given_out for weight in weights), default=0)
    for process, weights in given_out:
        if process not in office.under_way:
            office.choose(process, weights)
        while office.under_way and data.draw(st.booleans()):
            office.store_next(data.draw(st.sampled_from(sorted(office.under_way))))

            assert office.spread <= heaviest


def test_who_is_alone_waits_for_nobody() -> None:
    office = Office(3)

    office.choose(0, [1] * 20)

    assert office.waited == 0
    assert len(office.under_way[0]) == 20


def test_two_share_one_round_of_a_team_and_wait_before_the_next() -> None:
    office = Office(4)
    office.choose(0, [1, 1])
    office.choose(1, [1, 1])
    assert (office.waited, sorted(office.under_way)) == (0, [0, 1])

    office.choose(2, [1])

    assert office.waited == 1


def test_one_place_that_nobody_stores_holds_nobody_up() -> None:
    office = Office(2)
    office.choose(0, [1])

    office.choose(1, [1])
    office.store_next(1)
    office.choose(1, [1])

    assert office.waited == 0

"""Who is chosen for each decision of a batch, by what everybody has: pure, nothing is taken here.

Loads of a team stay within one ticket's weight of each other at every moment: nobody is chosen who
could turn out to have more than a colleague because what that one is being given is not stored.
What this batch gives itself is stored in its order, so it counts as given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from services.routing.domain.balance import Burden, Job, choose, stays_even
from services.routing.domain.organisation import Person
from services.routing.repository.loads import IDLE, NOTHING, Giving, Load, Standing, Taking, Wanted


class Want(NamedTuple):
    """One decision that will give work away."""

    code: str
    cause: str
    #: Who may get it, and who may become the owner.
    pool: Sequence[Person]
    owners: Sequence[Person]
    #: Who has it now: he needs no second place.
    holder: str | None
    job: Job = Job()
    requester: str = ""
    #: `#task` for work beside the ticket's own, which takes a place of its own.
    part: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What the decision is known by."""
        return self.code, self.cause

    @property
    def work(self) -> str:
        """What the place is taken for."""
        return self.code + self.part


class Picks:
    """Chooses for one decision after the other, each by what those before it were given."""

    def __init__(self, wants: Sequence[Want], standing: Standing, *, evenly: bool) -> None:
        """Choose; with `evenly` up to where somebody else's decisions stand in the way."""
        self._standing = standing
        self._evenly = evenly
        self._mine = {want.work for want in wants}
        self._burdens = _burdens(standing)
        self._taken: dict[str, dict[str, Wanted]] = {}
        self._people: dict[str, Person] = {}
        #: Who gets it, by decision; and who had it before, by an earlier try.
        self.chosen: dict[tuple[str, str], Person] = {}
        self.had: dict[tuple[str, str], Person] = {}
        #: What is in the way, by unit.
        self.awaited: list[tuple[str, Giving]] = []
        for want in wants:
            self._pick(want)
            if self.awaited:
                break

    @property
    def takings(self) -> list[Taking]:
        """The places to be taken."""
        loads = self._standing.loads
        return [
            Taking(name, self._people[name].unit, loads.get(name, NOTHING).points, places)
            for name, places in self._taken.items()
        ]

    def place_of(self, want: Want) -> Wanted:
        """Give the place that was chosen for a decision."""
        return self._taken[self.chosen[want.key].id][want.work]

    def _pick(self, want: Want) -> None:
        has = _has_already(want, self._standing.loads)
        if has is not None:
            self.had[want.key] = has
            self._count_as_given(has, want.work)
            return
        person = choose(want.pool, want.job, self._burdens)
        if person is None:
            return
        if self._evenly and _is_by_load(want):
            self.awaited = self._in_the_way(person, want)
            if self.awaited:
                return
        place = _place_with(person, want, self._burdens)
        before = self._burdens.get(person.id, Burden())
        self._burdens[person.id] = before._replace(
            points=before.points + place.points, turn=place.turn or before.turn
        )
        self._people[person.id] = person
        self._taken.setdefault(person.id, {})[want.work] = place
        self.chosen[want.key] = person

    def _in_the_way(self, person: Person, want: Want) -> list[tuple[str, Giving]]:
        if stays_even(person, want.pool, want.job, self._burdens):
            return []
        pool = {other.id for other in want.pool}
        return [
            (unit, giving)
            for unit in {other.unit for other in want.pool}
            for giving in self._standing.teams.get(unit, IDLE).giving.values()
            if giving.person in pool and giving.work not in self._mine
        ]

    def _count_as_given(self, person: Person, work: str) -> None:
        giving = self._standing.teams.get(person.unit, IDLE).giving.get(work)
        if giving is not None and giving.person == person.id:
            burden = self._burdens[person.id]
            self._burdens[person.id] = burden._replace(open=burden.open - giving.points)


def _burdens(standing: Standing) -> dict[str, Burden]:
    burdens = {name: Burden(load.points, load.turn) for name, load in standing.loads.items()}
    for team in standing.teams.values():
        for giving in team.giving.values():
            burden = burdens.get(giving.person, Burden())
            burdens[giving.person] = burden._replace(open=burden.open + giving.points)
    return burdens


def _is_by_load(want: Want) -> bool:
    return want.job.strategy == "least_loaded" and len(want.pool) > 1


def _place_with(person: Person, want: Want, burdens: Mapping[str, Burden]) -> Wanted:
    turn = 0
    if want.job.strategy == "round_robin":
        turn = max(burdens.get(each.id, Burden()).turn for each in want.pool) + 1
    return Wanted(want.cause, person.points(want.job.weight), turn)


def _has_already(want: Want, loads: Mapping[str, Load]) -> Person | None:
    """Give who has a place for this decision from an earlier try, or the work itself."""
    for person in want.pool:
        held = loads.get(person.id, NOTHING).held.get(want.work)
        if person.id == want.holder or (held is not None and held.cause == want.cause):
            return person
    return None

"""Loads in memory: one conditional update after the other, as `repository.loads` has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from services.routing.repository.loads import (
    Ended,
    Freed,
    Giving,
    Held,
    Load,
    Standing,
    Taking,
    Team,
)


class MemoryLoads:
    """Whose places are taken by which ticket."""

    def __init__(self) -> None:
        #: By person and code.
        self.held: dict[str, dict[str, Held]] = {}
        self._owned: dict[str, int] = {}
        self._turns: dict[str, int] = {}
        self._versions: dict[str, int] = {}
        #: By unit and work.
        self._giving: dict[tuple[str, str], Giving] = {}

    def of(self, people: Iterable[str], codes: Iterable[str] = ()) -> dict[str, Load]:
        """Give the loads of people, and what they hold of these tickets."""
        wanted = set(codes)
        return {person: self._load(person, wanted) for person in people if person in self.held}

    def standing(
        self, people: Iterable[str], works: Iterable[str], units: Iterable[str]
    ) -> Standing:
        """Give what choices go by."""
        teams = {unit: Team(self._versions.get(unit, 0), self._given(unit)) for unit in units}
        return Standing(self.of(people, works), teams)

    def take(self, takings: Sequence[Taking], teams: Mapping[str, Team], at: datetime) -> bool:
        """Take all these places, or none where somebody else gave work of a unit meanwhile."""
        units = {taking.unit for taking in takings}
        if any(teams[unit].version != self._versions.get(unit, 0) for unit in units):
            return False
        if any(not self._is_free(taking) for taking in takings):
            return False
        for unit in units:
            self._versions[unit] = self._versions.get(unit, 0) + 1
        for name, unit, _most, places in takings:
            for work, place in places.items():
                self.held[name][work] = Held(work, place.cause, at, place.points)
                self._giving[unit, work] = Giving(work, name, place.cause, at, place.points)
                self._turns[name] = max(place.turn, self._turns.get(name, 0))
        return True

    def settle(
        self, frees: Sequence[Freed], ended: Sequence[Ended], owned: Mapping[str, int]
    ) -> None:
        """Free places, end giving, and add to how many open tickets people own."""
        self.release(frees)
        for each in ended:
            self._giving.pop(each, None)
        for person, change in owned.items():
            if person in self._owned:
                self._owned[person] += change

    def release(self, places: Iterable[Freed]) -> None:
        """Free places."""
        for place in places:
            held = self.held.get(place.person, {}).get(place.code)
            if held is not None and place.cause in (None, held.cause):
                del self.held[place.person][place.code]

    def enter(self, person: str) -> None:
        """Begin to count a person's load."""
        self.held.setdefault(person, {})
        self._owned.setdefault(person, 0)

    def _is_free(self, taking: Taking) -> bool:
        has = self.held[taking.person]
        return not has.keys() & taking.places.keys() and self._points(taking.person) <= taking.most

    def _given(self, unit: str) -> dict[str, Giving]:
        return {work: giving for (of, work), giving in self._giving.items() if of == unit}

    def _points(self, person: str) -> int:
        return sum(held.points for held in self.held[person].values())

    def _load(self, person: str, codes: set[str]) -> Load:
        held = {code: place for code, place in self.held[person].items() if code in codes}
        turn = self._turns.get(person, 0)
        return Load(self._points(person), self._owned[person], turn, held)


class MemoryAcquaintance:
    """Who had whose work last, as `repository.acquaintance` has it."""

    def __init__(self) -> None:
        self._agents: dict[str, str] = {}

    def of(self, requesters: Iterable[str]) -> dict[str, str]:
        """Give who had the work of requesters last, where somebody had."""
        return {name: self._agents[name] for name in requesters if name in self._agents}

    def remember(self, agents: Mapping[str, str]) -> None:
        """Note who has the work of requesters now."""
        self._agents |= agents

"""Loads in memory: one conditional update after the other, as `repository.loads` has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from services.routing.repository.loads import Freed, Held, Load, Wanted


class MemoryLoads:
    """Whose places are taken by which ticket."""

    def __init__(self) -> None:
        #: By person and code.
        self.held: dict[str, dict[str, Held]] = {}
        self._owned: dict[str, int] = {}
        self._turns: dict[str, int] = {}

    def of(self, people: Iterable[str], codes: Iterable[str] = ()) -> dict[str, Load]:
        """Give the loads of people, and what they hold of these tickets."""
        wanted = set(codes)
        return {person: self._load(person, wanted) for person in people if person in self.held}

    def take(
        self, person: str, wanted: Mapping[str, Wanted], *, most: int, at: datetime
    ) -> dict[str, bool]:
        """Take places where he has no more points than `most`, which grows by each that is taken.

        Gives those taken, False where the cause had it before.
        """
        if len(wanted) > 1 and self._take_together(person, wanted, most, at):
            return dict.fromkeys(wanted, True)
        taken = {}
        for code, place in wanted.items():
            if self._take_together(person, {code: place}, most, at):
                taken[code] = True
                most += place.points
            elif code in self.held[person] and self.held[person][code].cause == place.cause:
                taken[code] = False
        return taken

    def release(self, places: Iterable[Freed]) -> None:
        """Free places."""
        for place in places:
            held = self.held.get(place.person, {}).get(place.code)
            if held is not None and place.cause in (None, held.cause):
                del self.held[place.person][place.code]

    def count_owned(self, changes: Mapping[str, int]) -> None:
        """Add to how many open tickets people own."""
        for person, change in changes.items():
            if person in self._owned:
                self._owned[person] += change

    def enter(self, person: str) -> None:
        """Begin to count a person's load."""
        self.held.setdefault(person, {})
        self._owned.setdefault(person, 0)

    def _take_together(
        self, person: str, wanted: Mapping[str, Wanted], most: int, at: datetime
    ) -> bool:
        places = self.held[person]
        if places.keys() & wanted.keys() or self._points(person) > most:
            return False
        for code, place in wanted.items():
            places[code] = Held(code, place.cause, at, place.points)
        turn = max(place.turn for place in wanted.values())
        self._turns[person] = max(turn, self._turns.get(person, 0))
        return True

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

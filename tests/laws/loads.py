"""Loads in memory: one conditional update after the other, as `repository.loads` has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from services.routing.repository.loads import Held, Load


class MemoryLoads:
    """Whose places are taken by which ticket."""

    def __init__(self) -> None:
        #: By person and code.
        self.held: dict[str, dict[str, Held]] = {}
        self._owned: dict[str, int] = {}

    def of(self, people: Iterable[str], codes: Iterable[str] = ()) -> dict[str, Load]:
        """Give the loads of people, and what they hold of these tickets."""
        wanted = set(codes)
        return {person: self._load(person, wanted) for person in people if person in self.held}

    def take(
        self, person: str, capacity: int, wanted: Mapping[str, str], at: datetime
    ) -> dict[str, bool]:
        """Take places, {code: cause}; gives those taken, False where the cause had it before."""
        places = self.held.get(person)
        taken = {}
        for code, cause in wanted.items():
            if places is None:
                break
            if code not in places and len(places) < capacity:
                places[code] = Held(code, cause, at)
                taken[code] = True
            elif code in places and places[code].cause == cause:
                taken[code] = False
        return taken

    def release(self, places: Iterable[tuple[str, str, str | None]]) -> None:
        """Free places, (person, code, cause): with a cause, only where that cause took it."""
        for person, code, cause in places:
            held = self.held.get(person, {}).get(code)
            if held is not None and cause in (None, held.cause):
                del self.held[person][code]

    def count_owned(self, changes: Mapping[str, int]) -> None:
        """Add to how many open tickets people own."""
        for person, change in changes.items():
            if person in self._owned:
                self._owned[person] += change

    def enter(self, person: str) -> None:
        """Begin to count a person's load."""
        self.held.setdefault(person, {})
        self._owned.setdefault(person, 0)

    def _load(self, person: str, codes: set[str]) -> Load:
        places = self.held[person]
        held = {code: place for code, place in places.items() if code in codes}
        return Load(tickets=len(places), owned=self._owned[person], held=held)

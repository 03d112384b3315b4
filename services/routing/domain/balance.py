"""Who gets the next ticket: the one whose load is smallest for his capacity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from services.routing.domain.organisation import Person


def least_loaded(people: Iterable[Person], loads: Mapping[str, int]) -> Person | None:
    """Give who has most room in proportion to his capacity, or None when everybody is full."""
    free = [person for person in people if loads.get(person.id, 0) < person.capacity]
    return min(free, key=lambda p: (loads.get(p.id, 0) / p.capacity, p.id), default=None)


def fewest_owned(agents: Iterable[Person], owned: Mapping[str, int]) -> Person | None:
    """Give the desk agent who owns the fewest open tickets; owning knows no limit."""
    return min(agents, key=lambda p: (owned.get(p.id, 0), p.id), default=None)

"""The organisation as decisions see it: units in a tree, people without names, routing rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

import msgspec

from contracts.calls.routing import Rule, Unit
from contracts.rights import scope_of
from services.routing.domain.rules import Table


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A staff member, as far as work is concerned."""

    id: str
    unit: str
    tier: int = 1
    role: str = "expert"
    skills: frozenset[str] = frozenset()
    #: Rials an hour.
    hourly_rate: int = 0
    capacity: int = 20
    active: bool = True

    @property
    def may_work(self) -> bool:
        """Whether work can be given to this person at all."""
        works = scope_of(self.role, "ticket.work") is not None
        return self.active and works and self.capacity > 0


class Organisation(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """Everybody, every unit, every rule at one moment."""

    people: Mapping[str, Person] = {}
    units: Mapping[str, Unit] = {}
    #: In the order in which they are tried.
    rules: tuple[Rule, ...] = ()
    rules_version: int = 0

    @cached_property
    def table(self) -> Table:
        """The rules, ready to decide."""
        return Table(self.rules)

    def line_up(self, unit: str | None) -> Iterator[str]:
        """Give the unit and those above it, nearest first; ends at an unknown or cyclic parent."""
        seen: set[str] = set()
        while unit is not None and unit not in seen and (known := self.units.get(unit)):
            seen.add(unit)
            yield unit
            unit = known.parent

    def within(self, unit: str | None, top: str | None) -> bool:
        """Tell whether a unit is another one or lies below it."""
        return top is not None and top in self.line_up(unit)

    def subtree(self, top: str | None) -> list[str]:
        """Give a unit and all below it."""
        return [unit for unit in self.units if self.within(unit, top)]

    def pool(self, unit: str, tier: int, skill: str | None = None) -> list[Person]:
        """Give who may be given work of a team's queue."""
        return [
            person
            for person in self.people.values()
            if person.unit == unit
            and person.tier == tier
            and person.may_work
            and (skill is None or skill in person.skills)
        ]

    def desk_of(self, unit: str | None) -> list[Person]:
        """Give the agents of the nearest desk at or above a unit, else of any desk."""
        lines = [*self.line_up(unit), *self.units]
        for candidate in lines:
            if self.units[candidate].desk and (agents := self._agents(candidate)):
                return agents
        return []

    def _agents(self, unit: str) -> list[Person]:
        everybody = self.people.values()
        return [p for p in everybody if p.unit == unit and p.active and p.role == "agent"]

    def above(self, unit: str | None, tier: int) -> tuple[str, int] | None:
        """Give the next higher tier of the unit, or of the nearest unit above that has one."""
        for candidate in self.line_up(unit):
            people = (p for p in self.people.values() if p.unit == candidate and p.may_work)
            higher = [person.tier for person in people if person.tier > tier]
            if higher:
                return candidate, min(higher)
        return None

    def lowest_tier(self, unit: str) -> int:
        """Give the tier at which a unit takes work in."""
        people = (p for p in self.people.values() if p.unit == unit and p.may_work)
        return min((person.tier for person in people), default=1)

    def holders(self, role: str, unit: str | None) -> list[str]:
        """Give who has a role for a unit: in it, or in the nearest unit above that has one."""
        for candidate in self.line_up(unit):
            found = [
                person.id
                for person in self.people.values()
                if person.unit == candidate and person.role == role and person.active
            ]
            if found:
                return sorted(found)
        return []

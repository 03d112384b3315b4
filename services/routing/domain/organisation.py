"""The organisation as decisions see it: units in a tree, people without names, routing rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import msgspec

from contracts.calls.routing import Rule, Unit
from contracts.calls.routing.attendance import Absence
from contracts.calls.routing.staff import Rate
from contracts.days import read_date
from contracts.rights import scope_of
from services.routing.domain.attendance import ALWAYS, Times
from services.routing.domain.rules import AND, Table, table_of


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A staff member, as far as work is concerned."""

    id: str
    unit: str
    tier: int = 1
    role: str = "expert"
    skills: frozenset[str] = frozenset()
    #: From 1 to 3; a skill that is not named counts as 1.
    skill_levels: Mapping[str, int] = {}
    languages: frozenset[str] = frozenset()
    #: Rials an hour, and what it is from a day on.
    hourly_rate: int = 0
    rates: tuple[Rate, ...] = ()
    #: Points of work at once.
    capacity: int = 20
    #: What he may decide up to, in place of what his tier may.
    authority: Mapping[str, int] = {}
    active: bool = True

    @property
    def may_work(self) -> bool:
        """Whether work can be given to this person at all."""
        works = scope_of(self.role, "ticket.work") is not None
        return self.active and works and self.capacity > 0

    def level(self, skill: str) -> int:
        """Give how well he has a skill: 0 when he has not; of several, the one he has least."""
        return min(
            self.skill_levels.get(one, 1) if one in self.skills else 0 for one in skill.split(AND)
        )

    def has(self, skill: str | None) -> bool:
        """Tell whether he has a skill, or each of several."""
        return skill is None or self.level(skill) > 0

    def points(self, weight: int) -> int:
        """Give what a ticket of a weight takes of his capacity: all of it at most."""
        return min(weight, self.capacity)

    def rate_on(self, day: date) -> int:
        """Give what his hour cost on a day: the newest rate that held then."""
        held = [rate for rate in self.rates if read_date(rate.since) <= day]
        newest = max(held, key=lambda rate: read_date(rate.since), default=None)
        return self.hourly_rate if newest is None else newest.hourly_rate


class Organisation(msgspec.Struct, frozen=True, kw_only=True):
    """Everybody, every unit, every rule at one moment."""

    people: Mapping[str, Person] = {}
    units: Mapping[str, Unit] = {}
    #: In the order in which they are tried.
    rules: tuple[Rule, ...] = ()
    rules_version: int = 0
    #: When people are there; who is not named always is.
    times: Mapping[str, Times] = {}
    #: Who is not there at this moment.
    off: Mapping[str, Absence] = {}
    #: Who decides for people on leave at this moment.
    stand_ins: Mapping[str, str] = {}

    @property
    def table(self) -> Table:
        """The rules, ready to decide."""
        return table_of(self.rules)

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
        """Give who may be given work of a team's queue now."""
        return [
            person
            for person in self.people.values()
            if person.unit == unit
            and person.tier == tier
            and self.is_there(person)
            and person.has(skill)
        ]

    def has_somebody(self, unit: str, tier: int, skill: str) -> bool:
        """Tell whether anybody of a team has a skill, or each of several, there or not."""
        everybody = self.people.values()
        team = (p for p in everybody if (p.unit, p.tier) == (unit, tier))
        return any(self.works(person) and person.has(skill) for person in team)

    def works(self, person: Person) -> bool:
        """Tell whether work can be given to somebody at all: to no supplier's people."""
        unit = self.units.get(person.unit)
        return person.may_work and (unit is None or unit.kind != "outside")

    def is_there(self, person: Person) -> bool:
        """Tell whether somebody can be given work now."""
        return person.id not in self.off and self.works(person)

    def awaited(self, name: str | None) -> Person | None:
        """Give whom somebody's work waits for: himself; on leave, who stands in; else nobody."""
        present = self.stand_ins.get(name or "") if self.off.get(name or "") == "on_leave" else name
        person = self.people.get(present or "")
        return person if person is not None and self.works(person) else None

    def times_of(self, person: str) -> Times:
        """Give when somebody is there."""
        return self.times.get(person, ALWAYS)

    def limit_of(self, person: Person, what: str) -> int:
        """Give up to what somebody may decide: by himself, else by his tier in the units above."""
        if what in person.authority:
            return person.authority[what]
        for unit in self.line_up(person.unit):
            tier = self.units[unit].authority.get(str(person.tier), {})
            if what in tier:
                return tier[what]
        return 0

    def rank_of(self, unit: str, segment: str) -> int | None:
        """Give how far before others a segment is served by a unit, by the nearest list above."""
        for candidate in self.line_up(unit):
            first = self.units[candidate].serves_first
            if first:
                return len(first) - first.index(segment) if segment in first else None
        return None

    def strategy_of(self, unit: str) -> str:
        """Give how a unit chooses the next person where no rule says so."""
        known = self.units.get(unit)
        return known.strategy if known else "least_loaded"

    def desk_of(self, unit: str | None) -> list[Person]:
        """Give the agents of the nearest desk at or above a unit, else of any desk.

        Those who are there, unless nobody is: a ticket needs an owner at any hour.
        """
        lines = [*self.line_up(unit), *self.units]
        for candidate in lines:
            if self.units[candidate].desk and (agents := self._agents(candidate)):
                return [agent for agent in agents if agent.id not in self.off] or agents
        return []

    def _agents(self, unit: str) -> list[Person]:
        everybody = self.people.values()
        return [p for p in everybody if p.unit == unit and p.active and p.role == "agent"]

    def above(self, unit: str | None, tier: int) -> tuple[str, int] | None:
        """Give the next higher tier of the unit, or of the nearest unit above that has one."""
        for candidate in self.line_up(unit):
            people = (p for p in self.people.values() if p.unit == candidate and self.works(p))
            higher = [person.tier for person in people if person.tier > tier]
            if higher:
                return candidate, min(higher)
        return None

    def lowest_tier(self, unit: str) -> int:
        """Give the tier at which a unit takes work in."""
        people = (p for p in self.people.values() if p.unit == unit and self.works(p))
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

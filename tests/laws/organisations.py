"""Random organisations, and how they change while tickets are under way."""

from __future__ import annotations

from random import Random
from typing import Any

import msgspec

from contracts.calls.routing import Rule, Unit
from services.routing.domain.organisation import Organisation, Person

#: The subject catalogue: every subject with the one above it.
SUBJECTS = {"it": None, "it.network": "it", "it.software": "it", "finance": None, "other": None}
KINDS = ("request", "question", "complaint")
CHANNELS = ("web", "phone")
SKILLS = ("linux", "tax")
_ROLES = (
    "agent",
    "agent",
    "expert",
    "expert",
    "expert",
    "expert",
    "supervisor",
    "manager",
    "admin",
)


def drawn(chance: Random) -> Organisation:
    """Draw units in a tree, people of every kind in them, rules."""
    units: dict[str, Unit] = {}
    for number in range(chance.randint(2, 6)):
        unit = _unit(chance, f"u{number}", chance.choice([*units, None]) if units else None)
        units[unit.id] = unit
    people = [_person(chance, f"p{number}", units) for number in range(chance.randint(5, 12))]
    rules = [_rule(chance, number, units) for number in range(chance.randint(0, 4))]
    return Organisation(
        people={person.id: person for person in people}, units=units, rules=tuple(rules)
    )


def changed(chance: Random, organisation: Organisation) -> Organisation:
    """Have somebody leave, come back, move or get another role, or a unit open or close."""
    if chance.random() < 0.2:
        unit = chance.choice(list(organisation.units.values()))
        other = msgspec.structs.replace(unit, active=not unit.active)
        return msgspec.structs.replace(organisation, units={**organisation.units, unit.id: other})
    person = chance.choice(list(organisation.people.values()))
    new: dict[str, Any] = chance.choice(
        (
            {"active": not person.active},
            {"capacity": chance.randint(0, 4)},
            {"tier": chance.randint(1, 3)},
            {"unit": chance.choice(list(organisation.units))},
            {"role": chance.choice(_ROLES)},
        )
    )
    other = msgspec.structs.replace(person, **new)
    return msgspec.structs.replace(organisation, people={**organisation.people, person.id: other})


def _unit(chance: Random, name: str, parent: str | None) -> Unit:
    desk, active = chance.random() < 0.4, chance.random() < 0.95
    return Unit(id=name, title={"en": name}, parent=parent, desk=desk, active=active)


def _person(chance: Random, name: str, units: dict[str, Unit]) -> Person:
    return Person(
        id=name,
        unit=chance.choice(list(units)),
        tier=chance.choice((1, 1, 1, 2, 3)),
        role=chance.choice(_ROLES),
        skills=frozenset(chance.sample(SKILLS, chance.randint(0, 2))),
        hourly_rate=chance.choice((0, 600_000, 3_600_001)),
        capacity=chance.choice((0, 1, 1, 2, 2, 3, 5)),
        active=chance.random() < 0.95,
    )


def _rule(chance: Random, order: int, units: dict[str, Unit]) -> Rule:
    return Rule(
        id=f"r{order}",
        order=order,
        unit=chance.choice(list(units)),
        tier=chance.choice((1, 1, 2)),
        subject=chance.choice((None, *SUBJECTS)),
        kind=chance.choice((None, None, *KINDS)),
        channel=chance.choice((None, None, *CHANNELS)),
        skill=chance.choice((None, None, None, *SKILLS)),
        priority=chance.choice((None, 1, 4)),
        strategy="least_loaded",
        active=chance.random() < 0.9,
    )

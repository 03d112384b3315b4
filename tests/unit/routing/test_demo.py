"""The demo organisation holds together."""

from __future__ import annotations

import msgspec

from contracts.calls.routing import Rule, Unit
from services.routing import demo
from services.routing.domain.organisation import Organisation, Person


def the_organisation() -> Organisation:
    people = [msgspec.convert(msgspec.structs.asdict(person), Person) for person in demo.people()]
    units = [msgspec.convert(msgspec.structs.asdict(unit), Unit) for unit in demo.units()]
    rules = [msgspec.convert(msgspec.structs.asdict(rule), Rule) for rule in demo.rules()]
    return Organisation(
        people={person.id: person for person in people},
        units={unit.id: unit for unit in units},
        rules=tuple(rules),
    )


def test_every_rule_leads_to_somebody() -> None:
    organisation = the_organisation()

    for rule in organisation.rules:
        assert organisation.pool(rule.unit, rule.tier, rule.skill), rule.id


def test_every_account_has_its_role() -> None:
    people = the_organisation().people

    roles = {name: people[name].role for name in demo.organisation()["accounts"]}

    assert roles == {
        "desk": "agent",
        "expert": "expert",
        "supervisor": "supervisor",
        "manager": "manager",
        "admin": "admin",
    }


def test_every_unit_has_a_desk_above_it_and_a_service_manager() -> None:
    organisation = the_organisation()

    for unit in organisation.units:
        assert organisation.desk_of(unit), unit
        assert organisation.holders("manager", unit) == ["manager"]


def test_parents_come_before_their_children_and_everything_has_two_names() -> None:
    known: set[str | None] = {None}

    for unit in demo.units():
        assert unit.parent in known
        assert set(unit.title) == {"fa", "en"}
        known.add(unit.id)


def test_addresses_are_everybodys_own() -> None:
    people = demo.people()

    assert len({person.mobile for person in people}) == len(people)
    assert len({person.email for person in people}) == len(people)

"""Tickets brought to another version of their workflow."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import Conflict
from services.routing.actions import ARGUMENTS
from services.routing.domain.ticket import Ticket
from services.routing.domain.workflow import read
from services.routing.handlers.migrating import Migrate, migrate
from tests.unit.routing.test_flows import Trade
from tests.unit.routing.test_soundness import a_flow
from tests.unit.routing.world import CODE, identity_of


def renamed(definition: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    """The definition with a step of another name."""
    steps = {new if name == old else name: step for name, step in definition["steps"].items()}
    transitions = [
        way
        | {"from": [new if name == old else name for name in way["from"]]}
        | ({"to": new} if way.get("to") == old else {})
        for way in definition["transitions"]
    ]
    return definition | {"steps": steps, "transitions": transitions, "version": 2}


class Migrating(Trade):
    """A Trade whose workflow has a second version."""

    def __init__(self, newer: dict[str, Any]) -> None:
        super().__init__()
        flow = read(newer, ARGUMENTS)
        self.workflows |= {("purchase", 2): flow, ("purchase", 0): flow}

    def migrate(self, **steps: str) -> Ticket:
        message = Migrate(workflow="purchase", from_version=1, to_version=2, steps=steps)
        manager = identity_of("manager", self.organisation.people["manager"])
        return self._decide(CODE, migrate, message, manager)

    def begin_on_the_first(self) -> Ticket:
        newest = self.workflows["purchase", 0]
        self.workflows["purchase", 0] = self.workflows["purchase", 1]
        ticket = self.begin()
        self.workflows["purchase", 0] = newest
        return ticket


def test_a_ticket_goes_on_where_the_mapping_says() -> None:
    world = Migrating(renamed(a_flow(), "new", "asked-for") | {"start": "asked-for"})
    before = world.begin_on_the_first()

    after = world.migrate(new="asked-for")

    assert (after.step, after.workflow_version) == ("asked-for", 2)
    assert (after.assignee, after.unit) == (before.assignee, before.unit)
    assert world.by(str(after.assignee), "take-up").step == "comparing"


@pytest.mark.parametrize(
    ("steps", "reason"),
    [({}, "step_gone"), ({"new": "finished"}, "state_differs"), ({"new": "nothing"}, "step_gone")],
)
def test_a_ticket_stays_where_the_new_version_has_no_place_for_it(
    steps: dict[str, str], reason: str
) -> None:
    world = Migrating(renamed(a_flow(), "new", "asked-for") | {"start": "asked-for"})
    before = world.begin_on_the_first()

    with pytest.raises(Conflict) as refused:
        world.migrate(**steps)

    assert refused.value.params["reason"] == reason
    assert world.ticket() == before


def test_a_ticket_that_waits_for_others_stays() -> None:
    world = Migrating(a_flow(version=2))
    world.begin_on_the_first()
    world.by(str(world.ticket().assignee), "take-up")

    with pytest.raises(Conflict) as refused:
        world.migrate()

    assert refused.value.params["reason"] == "waits_for_others"


def test_a_step_that_has_tasks_in_the_new_version_opens_them() -> None:
    newer = a_flow(version=2)
    newer["steps"]["ordering"]["tasks"] = newer["steps"]["comparing"]["tasks"]
    newer["transitions"] += [
        {"action": "passed", "from": ["ordering"], "to": "receiving"},
        {"action": "failed", "from": ["ordering"], "to": "declined"},
    ]
    world = Migrating(newer)
    world.workflows["purchase", 0] = world.workflows["purchase", 1]
    world.compared()
    world.by("chief", "approve")
    world.by("mina", "approve")

    ticket = world.migrate()

    assert (ticket.step, [task.id for task in ticket.tasks]) == ("ordering", ["offers", "legal"])


def test_a_ticket_of_another_version_is_left_alone() -> None:
    world = Migrating(a_flow(version=2))
    world.begin()

    assert world.migrate().workflow_version == 2
    assert "ticket.migrated" not in world.recorded()

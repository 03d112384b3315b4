"""Workflows as data: what ships is sound, and what is not sound is refused with every fault."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import Conflict, Invalid
from services.routing.actions import ARGUMENTS
from services.routing.domain import permission, workflow
from services.routing.handlers.deeds import ACTIONS
from services.routing.workflows import definitions, shipped
from tests.unit.routing.world import World


def a_transition(action: str, leaves: list[str], to: str, who: str) -> dict[str, Any]:
    return {"action": action, "from": leaves, "to": to, "who": [who]}


def a_definition(**changes: Any) -> dict[str, Any]:
    """A flow of three steps without an approval."""
    return {
        "id": "short",
        "start": "new",
        "steps": {
            "new": {"kind": "new"},
            "working": {"kind": "in_progress"},
            "closed": {"kind": "finished"},
        },
        "transitions": [
            {
                "action": "assign",
                "from": ["new", "working"],
                "to": "working",
                "who": ["ticket.assign"],
            },
            {"action": "finish", "from": ["working"], "to": "closed", "who": ["assignee"]},
        ],
    } | changes


def faults_of(definition: dict[str, Any]) -> set[tuple[str, str]]:
    with pytest.raises(Invalid) as refused:
        workflow.read(definition, ARGUMENTS)
    assert refused.value.code == "workflow_invalid"
    return {
        (fault.pointer.removeprefix("/definition/"), fault.code) for fault in refused.value.fields
    }


@pytest.mark.parametrize("name", sorted(definitions()))
def test_what_ships_is_sound(name: str) -> None:
    assert shipped()[name].id == name


def test_every_name_that_a_workflow_may_use_means_something() -> None:
    assert set(permission.RELATION_TESTS) == workflow.RELATIONS
    assert set(permission.GUARD_TESTS) == workflow.GUARDS
    assert set(ACTIONS) == set(ARGUMENTS)
    assert set(workflow.LEADS_TO) <= set(ARGUMENTS)


def test_a_flow_without_an_approval_runs() -> None:
    flow = workflow.read(a_definition(), ARGUMENTS)
    world = World(workflows=[flow])
    world.register(workflow="short")

    ticket = world.do("finish", "expert", result="answered")

    assert (ticket.state, ticket.step, ticket.result) == ("finished", "closed", "answered")
    with pytest.raises(Conflict):
        world.do("finish", "expert")


def test_all_unknown_names_are_told_at_once() -> None:
    definition = a_definition(
        start="begin",
        transitions=[
            {
                "action": "explode",
                "from": ["nowhere"],
                "to": "beyond",
                "who": ["anybody"],
                "guards": ["luck"],
            }
        ],
    )

    assert faults_of(definition) == {
        ("start", "step_unknown"),
        ("transitions/0/action", "action_unknown"),
        ("transitions/0/from", "step_unknown"),
        ("transitions/0/to", "step_unknown"),
        ("transitions/0/who", "relation_unknown"),
        ("transitions/0/guards", "guard_unknown"),
    }


def test_an_unreachable_step_and_a_dead_end_are_refused() -> None:
    steps = a_definition()["steps"] | {"island": {"kind": "in_progress"}}

    assert faults_of(a_definition(steps=steps)) == {
        ("steps/island", "unreachable"),
        ("steps/island", "dead_end"),
    }


def test_a_transition_that_nobody_may_take_is_refused() -> None:
    transitions = a_definition()["transitions"]
    transitions[1]["who"] = []

    assert ("transitions/1/who", "nobody_may") in faults_of(a_definition(transitions=transitions))


def test_an_action_must_lead_to_its_kind_of_step() -> None:
    transitions = a_definition()["transitions"]
    transitions[1]["action"] = "done"

    assert ("transitions/1/to", "leads_to_wrong_kind") in faults_of(
        a_definition(transitions=transitions)
    )


@pytest.mark.parametrize(
    "definition", [{}, {"id": 1}, a_definition(steps={}), a_definition(extra=1)]
)
def test_what_is_no_workflow_is_refused(definition: dict[str, Any]) -> None:
    faults_of(definition)


def test_a_ticket_stays_on_the_version_it_was_opened_with() -> None:
    first = workflow.read(a_definition(), ARGUMENTS)
    transitions = a_definition()["transitions"]
    transitions[1]["who"] = ["owner"]
    second = workflow.read(a_definition(version=2, transitions=transitions), ARGUMENTS)
    world = World(workflows=[first])
    world.register(workflow="short")
    world.workflows |= {("short", 2): second, ("short", 0): second}

    ticket = world.do("finish", "expert")

    assert ticket.state == "finished"

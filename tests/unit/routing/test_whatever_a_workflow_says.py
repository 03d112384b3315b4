"""What holds however a workflow is written: capacity, tokens and other people's names."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import Conflict, Forbidden, Invalid
from chassis.identity import Identity
from contracts.routing import TicketQueued
from services.routing.actions import ARGUMENTS
from services.routing.domain import workflow
from services.routing.domain.organisation import Organisation
from tests.unit.routing.world import IMPORTER, NOON, ORGANISATION, World

STEPS = {
    "new": {"kind": "new"},
    "working": {"kind": "in_progress"},
    "asked": {"kind": "waiting"},
    "closed": {"kind": "finished"},
}


def a_way(action: str, leaves: str, to: str | None, *who: str) -> dict[str, Any]:
    return {"action": action, "from": [leaves], "to": to, "who": [*who]}


def a_world(*ways: dict[str, Any], organisation: Organisation = ORGANISATION) -> World:
    """A ticket on a flow that can be finished at once, and has some ways more."""
    begin = [
        a_way("assign", "new", "working", "ticket.assign"),
        a_way("ask", "working", "asked", "owner"),
        a_way("finish", "working", "closed", "ticket.work"),
        a_way("finish", "asked", "closed", "ticket.work"),
    ]
    definition = {"id": "odd", "start": "new", "steps": STEPS, "transitions": [*begin, *ways]}
    world = World(organisation, [workflow.read(definition, ARGUMENTS)])
    world.register(workflow="odd")
    return world


def test_what_is_not_out_cannot_come_back() -> None:
    world = a_world(a_way("return", "working", "working", "assignee"))

    with pytest.raises(Conflict) as refused:
        world.do("return", "expert")

    assert refused.value.params["reason"] == "is_out"


@pytest.mark.parametrize(("action", "to"), [("ask", "asked"), ("resume", "working")])
def test_ended_work_comes_to_a_desk_by_being_given_only(action: str, to: str) -> None:
    world = a_world(a_way(action, "closed", to, "ticket.work"))
    world.do("finish", "expert")
    arguments = {"question": "?"} if action == "ask" else {}

    with pytest.raises(Conflict) as refused:
        world.do(action, "expert", **arguments)

    assert refused.value.params["reason"] == "at_work"


def test_only_importers_record_what_others_did() -> None:
    record = {"step": "Accepted-Assigned", "person": "clerk", "unit": "finance"}
    world = World()
    world.register(workflow="replay")

    with pytest.raises(Forbidden, match="action_not_yours"):
        world.do("record", "manager", **record)


def test_a_queued_row_tells_who_had_the_work() -> None:
    world = World()
    world.register(workflow="replay", imported=True)
    for person in ("Åsa", "Pär"):
        row = {"step": "Queued-Awaiting Assignment", "person": person, "unit": "J11"}
        world.do("record", IMPORTER, at=NOON, **row)

    assert world.last(TicketQueued).from_assignee == "Pär"


def test_a_claim_needs_a_person() -> None:
    world = World(Organisation())
    world.register()

    with pytest.raises(Invalid, match="person_unknown"):
        world.do("claim", IMPORTER)


def test_what_nobody_took_stays_where_it_has_got_to() -> None:
    anybody = Identity(subject="key:k", role="service")
    world = a_world(a_way("reopen", "new", "working", "import"), organisation=Organisation())
    world.do("reopen", anybody)
    world.organisation = ORGANISATION

    ticket = world.hand_out()

    assert (ticket.step, ticket.assignee) == ("working", "expert")


@pytest.mark.parametrize("action", [*sorted(workflow.STAYING), "record"])
def test_an_action_that_leads_nowhere_names_no_step(action: str) -> None:
    with pytest.raises(Invalid) as refused:
        a_world(a_way(action, "working", "closed", "owner"))

    assert [fault.code for fault in refused.value.fields] == ["names_a_step_in_vain"]


def test_what_an_older_version_took_is_still_known() -> None:
    definition = {
        "id": "old",
        "start": "new",
        "steps": STEPS,
        "transitions": [a_way("note", "new", "closed", "owner")],
    }

    assert workflow.load(definition).id == "old"


def test_what_was_done_waits_for_who_had_it_while_he_is_full() -> None:
    definition = {
        "id": "again",
        "start": "new",
        "actions": {"rework": {"title": {"fa": "دوباره", "en": "Rework"}}},
        "steps": {
            "new": {"kind": "new"},
            "working": {"kind": "in_progress"},
            "ready": {"kind": "done"},
            "closed": {"kind": "finished"},
        },
        "transitions": [
            a_way("assign", "new", "working", "ticket.assign"),
            a_way("done", "working", "ready", "assignee"),
            a_way("rework", "ready", "working", "ticket.assign"),
            a_way("finish", "ready", "closed", "ticket.approve"),
        ],
    }
    world = World(workflows=[workflow.read(definition, ARGUMENTS)])
    world.register(workflow="again")
    first = world.do("done", "expert").assignee
    for number in range(6):
        world.register(f"20000000000{number}")

    ticket = world.do("rework", "supervisor")

    assert (ticket.state, ticket.assignee, ticket.for_person) == ("in_progress", None, first)

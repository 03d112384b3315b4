"""Workflows that hand work to a partner by themselves, on real servers: once, or with a reason."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from services.routing.workflows import definitions
from tests.component.routing.test_flows import knows
from tests.component.routing.test_partners import define
from tests.component.routing.world import FIRST, REPLICAS, RoutingWorld, person
from tests.component.service import ADMIN
from tests.component.waiting import eventually
from tests.http import Answer

SUPERVISOR = person("supervisor", "supervisor", tier=3)
NOTE = {"fa": "خط بیرونی است", "en": "It is their line"}


def a_flow(**hand_off: Any) -> dict[str, Any]:
    """The usual way, on which an action of its own hands the work to the telecom."""
    usual = definitions()["default"]
    effects = {"hand_off": {"partner": "telecom", "note": NOTE} | hand_off}
    way = {"action": "send-away", "from": ["in_progress"], "who": ["ticket.work"]}
    return {
        "start": "new",
        "actions": {"send-away": {"title": {"fa": "بیرون", "en": "Send away"}}},
        "steps": usual["steps"],
        "transitions": [*usual["transitions"], way | {"effects": effects}],
    }


@pytest.fixture(scope="module", autouse=True)
def outages(world: RoutingWorld) -> None:
    define(world)
    world.get("define_workflow", {"id": "outage", "definition": a_flow()})
    eventually(lambda: all(knows(world, replica, "outage") for replica in REPLICAS))


@pytest.fixture
def telecom_left(world: RoutingWorld) -> Iterator[None]:
    define(world, active=False)
    yield
    define(world)


def begun(world: RoutingWorld) -> str:
    code = world.register(workflow="outage")
    eventually(lambda: world.ticket(code).get("assignee"))
    return code


def sent(world: RoutingWorld, code: str) -> list[dict[str, Any]]:
    steps = world.get("timeline", {"code": code})
    return [step["data"] for step in steps if step["type"] == "ticket.sent_out"]


def test_the_work_goes_in_the_commit_of_the_transition(world: RoutingWorld) -> None:
    code = begun(world)

    ticket = world.act(code, "send-away", SUPERVISOR).expect(200).json

    assert (ticket["state"], ticket["waiting_for"]) == ("waiting", "supplier")
    assert (ticket["outside"]["partner"], ticket["outside"]["by"]) == ("telecom", "system:routing")
    (told,) = sent(world, code)
    assert (told["note"], told["generation"]) == (NOTE, 1)
    followed = world.get("follow", {"code": code})
    assert not any("telecom" in str(step) for step in followed["steps"])


def test_many_who_press_at_once_hand_over_once(world: RoutingWorld) -> None:
    code = begun(world)

    answers = world.together(
        partial(world.act, code, "send-away", SUPERVISOR, to=REPLICAS[n % 2]) for n in range(10)
    )

    assert {answer.status for answer in answers} == {200, 409}
    assert len(sent(world, code)) == 1


def test_a_process_that_dies_meanwhile_neither_loses_nor_doubles_one(world: RoutingWorld) -> None:
    codes = [begun(world) for _ in range(12)]

    def press(code: str, to: str) -> Answer | None:
        with contextlib.suppress(OSError):
            return world.act(code, "send-away", SUPERVISOR, to=to, key=f"once-{code}")
        return None

    death = threading.Timer(0.03, world.kill, [FIRST])
    death.start()
    try:
        world.together(partial(press, code, FIRST) for code in codes)
    finally:
        death.join()
        world.start(FIRST)
    for code in codes:
        again = press(code, REPLICAS[1])
        assert again is not None
        assert (again.status, again.json["outside"]["open"]) == (200, True)

    assert [len(sent(world, code)) for code in codes] == [1] * len(codes)


def test_a_partner_that_has_left_leaves_the_ticket_with_us_and_staff_see_why(
    world: RoutingWorld,
    telecom_left: None,
) -> None:
    code = begun(world)

    ticket = world.act(code, "send-away", SUPERVISOR).expect(200).json

    assert (ticket["state"], ticket.get("outside")) == ("in_progress", None)
    last = world.get("timeline", {"code": code})[-1]
    assert last["type"] == "ticket.effect_refused"
    assert (last["data"]["name"], last["data"]["reason"]) == ("telecom", "partner_not_in_use")


def test_who_is_no_partner_is_named_before_it_is_published(
    world: RoutingWorld,
    telecom_left: None,
) -> None:
    found = []
    for name in ("nobody", "telecom"):
        definition = a_flow(partner=name)
        request = {"id": "outage", "definition": definition}
        answer = world.call(FIRST, "check_workflow", request, by=ADMIN)
        assert (answer.status, answer.json["code"]) == (422, "workflow_invalid")
        found += [(fault["pointer"], fault["code"]) for fault in answer.json["fields"]]

    at = f"/definition/transitions/{len(a_flow()['transitions']) - 1}/effects/hand_off/partner"
    assert found == [(at, "partner_unknown"), (at, "partner_not_in_use")]

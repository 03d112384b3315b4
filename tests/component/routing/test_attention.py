"""Questions, reminders and putting off on real servers: what inboxes show, and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.component.routing.world import RoutingWorld, person
from tests.component.waiting import eventually

DESK = person("desk", "agent", "hq")
CLERK = person("c1", unit="crowd")


def registered(world: RoutingWorld) -> str:
    code = world.register()
    eventually(lambda: world.ticket(code).get("owner"))
    return code


def inbox(world: RoutingWorld, part: str, who: Any) -> dict[str, Any]:
    return {item["code"]: item for item in world.get("inbox", {}, who)[part]}


def test_a_question_stands_in_the_inbox_of_the_unit_until_it_is_answered(
    world: RoutingWorld,
) -> None:
    code = registered(world)
    asked = world.act(code, "ask-unit", DESK, unit="crowd", question="Was it paid?").json
    (question,) = asked["questions"]
    assert code in inbox(world, "questions", CLERK)
    assert code not in inbox(world, "questions", person("senior", tier=2))

    answer = {"question": question["id"], "answer": "Yes, in May."}
    assert world.act(code, "answer-question", CLERK, **answer).status == 200

    assert code not in inbox(world, "questions", CLERK)
    texts = [step["texts"] for step in world.get("timeline", {"code": code})]
    assert {"text": "Yes, in May."} in texts


def test_what_is_out_says_with_whom_since_when_and_how_often_he_was_reminded(
    world: RoutingWorld,
) -> None:
    code = registered(world)
    assignee = world.ticket(code)["assignee"]
    assert world.act(code, "chase", DESK).status == 200
    assert world.act(code, "chase", DESK).json["code"] == "chased_lately"

    away = inbox(world, "out", DESK)[code]["away"]

    assert (away["person"], away["unit"], away["chased"]) == (assignee, "it", 1)
    assert away["seconds"] >= 0


def test_what_was_put_off_is_out_of_the_inbox_until_its_time_and_comes_back(
    world: RoutingWorld,
) -> None:
    code = registered(world)
    worker = person(world.ticket(code)["assignee"])
    until = datetime.now(UTC) + timedelta(seconds=3)

    world.act(code, "snooze", worker, until=until.isoformat())

    assert code not in inbox(world, "work", worker)
    assert code in inbox(world, "out", DESK)
    eventually(lambda: code in inbox(world, "work", worker))
    assert datetime.now(UTC) >= until
    steps = eventually(
        lambda: [
            step for step in world.get("timeline", {"code": code}) if step["type"] == "ticket.woken"
        ]
    )
    assert len(steps) == 1

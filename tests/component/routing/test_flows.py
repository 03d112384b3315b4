"""Workflows of one's own on real servers, worked by two replicas."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any

import pytest

from services.routing.workflows import examples
from tests.component.routing.world import FIRST, REPLICAS, RoutingWorld, person
from tests.component.service import ADMIN
from tests.component.waiting import eventually, eventually_equal

CHIEF = person("chief", "supervisor", "purchasing", 2)
MINA = person("mina", "supervisor", "finance", 2)
OMID = person("omid", unit="legal")


@pytest.fixture(scope="module")
def trade(world: RoutingWorld) -> RoutingWorld:
    """The world with those who buy things, and their workflow."""
    world.found(
        purchasing={
            "sara": {"capacity": 50},
            "chief": {"role": "supervisor", "tier": 2, "capacity": 0},
        },
        legal={"omid": {"capacity": 1}},
        finance={"mina": {"role": "supervisor", "tier": 2, "capacity": 0}},
        store={"store": {"capacity": 50}},
    )
    published = world.get(
        "define_workflow", {"id": "purchase", "definition": bare(examples()["purchase"])}
    )
    assert published["version"] == 1
    # Every replica hears of it within a second.
    eventually(lambda: all(knows(world, replica) for replica in REPLICAS))
    return world


def bare(definition: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in definition.items() if name != "id"}


def knows(world: RoutingWorld, replica: str, workflow: str = "purchase") -> bool:
    flows = world.ask(replica, "workflows", {}, by=ADMIN)
    return any(flow["id"] == workflow for flow in flows)


def begun(world: RoutingWorld, workflow: str = "purchase") -> str:
    """A purchase that sara has taken up."""
    code = world.register(workflow=workflow, subject="office")
    eventually(lambda: world.ticket(code).get("assignee") is not None)
    assert world.ticket(code)["assignee"] == "sara", world.ticket(code)
    answer = world.act(code, "take-up", person("sara", unit="purchasing"))
    assert answer.status == 200, answer
    return code


def task(world: RoutingWorld, code: str, name: str) -> dict[str, Any]:
    return next(each for each in world.ticket(code)["tasks"] if each["id"] == name)


def finish(world: RoutingWorld, code: str, name: str, who: Any) -> int:
    eventually(lambda: task(world, code, name)["assignee"] == who.subject.removeprefix("person:"))
    return world.act(code, "finish-task", who, task=name).status


def test_tasks_reach_their_people_and_their_places_are_counted(trade: RoutingWorld) -> None:
    first, second = begun(trade), begun(trade)
    eventually(lambda: task(trade, first, "legal")["assignee"] == "omid")
    assert task(trade, second, "legal")["assignee"] is None

    asked = [item["code"] for item in trade.get("inbox", {}, OMID)["asked"]]
    assert {first, second} <= set(asked)
    assert trade.act(second, "take-task", OMID, task="legal").json["code"] == "person_at_capacity"

    assert finish(trade, first, "legal", OMID) == 200
    eventually(lambda: task(trade, second, "legal")["assignee"] == "omid")
    assert finish(trade, second, "legal", OMID) == 200


def test_a_purchase_goes_its_whole_way_and_its_requester_is_told(trade: RoutingWorld) -> None:
    code, sara = begun(trade), person("sara", unit="purchasing")
    for name, who in (("offers", sara), ("legal", OMID)):
        assert finish(trade, code, name, who) == 200
    assert code in [item["code"] for item in trade.get("inbox", {}, CHIEF)["asked"]]
    assert trade.act(code, "approve", MINA).status == 403
    assert trade.act(code, "approve", CHIEF).status == 200
    assert trade.act(code, "approve", MINA).status == 200
    assert trade.act(code, "ordered", sara).status == 200
    eventually(lambda: trade.ticket(code)["assignee"] == "store")
    ended = trade.act(code, "received", person("store", unit="store"))

    assert (ended.status, ended.json["state"]) == (200, "finished"), ended
    follow = trade.get("follow", {"code": code})
    told = [s["data"]["tells"]["en"] for s in follow["steps"] if s["type"] == "ticket.moved"]
    assert told == [
        "We are asking suppliers for offers.",
        "Your purchase waits for approval.",
        "Your purchase was approved and is being ordered.",
        "The goods are ordered; we tell you when they arrive.",
    ]


def test_a_seat_is_taken_once_however_many_press_at_once(trade: RoutingWorld) -> None:
    code, sara = begun(trade), person("sara", unit="purchasing")
    for name, who in (("offers", sara), ("legal", OMID)):
        assert finish(trade, code, name, who) == 200

    answers = trade.together(
        partial(trade.act, code, "approve", CHIEF, to=REPLICAS[n % 2]) for n in range(10)
    )

    assert Counter(answer.status for answer in answers)[200] == 1
    view = trade.ticket(code)
    assert [(seat["by"], seat["approved"]) for seat in view["seats"]] == [
        ("chief", True),
        (None, None),
    ]


def test_an_unsound_one_is_refused_with_every_fault(trade: RoutingWorld) -> None:
    definition = bare(examples()["purchase"]) | {"start": "nowhere"}
    definition["steps"] = definition["steps"] | {"lost": {"kind": "in_progress", "unit": "moon"}}

    answer = trade.call(FIRST, "define_workflow", {"id": "purchase", "definition": definition})

    assert (answer.status, answer.json["code"]) == (422, "workflow_invalid")
    faults = {fault["pointer"] for fault in answer.json["fields"]}
    assert faults == {"/definition/start", "/definition/steps/lost/unit"}


def test_loads_are_what_tickets_say_when_all_is_over(trade: RoutingWorld) -> None:
    eventually_equal(lambda: trade.get("inbox", {}, OMID)["asked"], [])


def test_open_tickets_are_brought_to_the_newest_version(trade: RoutingWorld) -> None:
    standing, waiting = trade.register(workflow="purchase", subject="office"), begun(trade)
    eventually(lambda: trade.ticket(standing).get("assignee") == "sara")
    definition = bare(examples()["purchase"])
    newer = trade.get("define_workflow", {"id": "purchase", "definition": definition})["version"]
    asked = {"id": "purchase", "from_version": newer - 1}

    tried = trade.get("migrate_workflow", asked | {"dry_run": True})
    assert standing in tried["moved"]
    assert all(
        event["type"] != "ticket.migrated" for event in trade.get("timeline", {"code": standing})
    )
    done = trade.get("migrate_workflow", asked)

    assert done["moved"] == tried["moved"]
    assert (done["to_version"], done["next"]) == (newer, None)
    left = {line["code"]: line["reason"] for line in done["left"]}
    assert left[waiting] == "waits_for_others"
    steps = trade.get("timeline", {"code": standing})
    assert steps[-1]["type"] == "ticket.migrated"
    assert trade.get("migrate_workflow", asked)["moved"] == []
    # Who has gone on by his old version is free again.
    assert finish(trade, waiting, "legal", OMID) == 200


def test_a_form_is_checked_kept_apart_and_shown_with_its_words(trade: RoutingWorld) -> None:
    definition = bare(examples()["purchase"])
    comparing = definition["steps"]["comparing"]
    legal = comparing["tasks"]["legal"] | {"form": "check"}
    steps = definition["steps"] | {"comparing": comparing | {"tasks": {"legal": legal}}}
    trade.get("define_workflow", {"id": "checked", "definition": definition | {"steps": steps}})
    eventually(lambda: all(knows(trade, replica, "checked") for replica in REPLICAS))
    code = begun(trade, "checked")
    eventually(lambda: task(trade, code, "legal")["assignee"] == "omid")
    assert task(trade, code, "legal")["form"] == "check"

    wrong = trade.act(code, "finish-task", OMID, task="legal", answers={"binding": "perhaps"})
    answers = {"binding": True, "remark": "For ever."}
    done = trade.act(code, "finish-task", OMID, task="legal", answers=answers, key="once")
    again = trade.act(code, "finish-task", OMID, task="legal", answers=answers, key="once")

    assert [fault["pointer"] for fault in wrong.json["fields"]] == ["/answers/binding"]
    assert (done.status, done.json["step"], again.status) == (200, "approval", 200), (done, again)
    filled = [
        step
        for step in trade.get("timeline", {"code": code})
        if step["type"] == "ticket.form_filled"
    ]
    assert len(filled) == 1
    assert filled[0]["data"]["values"] == {"binding": True}
    shown = [(line["label"]["en"], line["value"]) for line in filled[0]["answers"]]
    assert shown == [("Is it binding?", True), ("Remark", "For ever.")]

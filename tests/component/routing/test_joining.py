"""Incidents with children on real servers: what is told to each exactly once, whoever dies."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tests.component.routing.world import FIRST, RoutingWorld, person
from tests.component.waiting import eventually, eventually_equal

SUPERVISOR = person("supervisor", "supervisor", tier=3)
DESK = person("desk", "agent", "hq")
OTHER = "routing-2"


def registered(world: RoutingWorld, count: int) -> list[str]:
    """Tickets of as many requesters that have reached routing."""
    codes = [world.register(requester=f"q{number}") for number in range(count)]
    for code in codes:
        eventually(lambda code=code: world.ticket(code))
    return codes


def many(world: RoutingWorld, action: str, codes: list[str], **options: Any) -> list[Any]:
    key, by = options.pop("key", None), options.pop("by", SUPERVISOR)
    request = {"codes": codes, "action": action, "arguments": options}
    return world.call(FIRST, "act_on_many", request, by=by, key=key).json


def answers(world: RoutingWorld, code: str) -> list[str]:
    """The texts of a ticket's answers, as its timeline tells them."""
    steps = world.get("timeline", {"code": code})
    return [step["texts"]["answer"] for step in steps if step["type"] == "ticket.answered"]


def test_one_answer_reaches_every_child_once_though_the_carriers_are_killed(
    world: RoutingWorld,
) -> None:
    parent, *children = registered(world, 121)
    attached = many(world, "attach", children, parent=parent)
    assert {item["ticket"]["parent"] for item in attached} == {parent}

    assert world.act(parent, "answer", DESK, text="The line is repaired.").status == 200
    for name in (FIRST, OTHER):
        world.kill(name)
        world.start_all(name)
    eventually_equal(lambda: world.get("related", {"code": parent})["passages"], [])

    told = Counter(tuple(answers(world, code)) for code in children)
    assert told == {("The line is repaired.",): 120}
    (ended,) = [
        step["data"]
        for step in world.get("timeline", {"code": parent})
        if step["type"] == "ticket.passage_ended"
    ]
    assert (ended["reached"], ended["left"]) == (120, {})


def test_many_are_acted_on_each_by_its_own_right_and_once_under_one_key(
    world: RoutingWorld,
) -> None:
    first, second, ended = registered(world, 3)
    world.act(ended, "withdraw", DESK)
    codes = [first, second, ended, "999999999999"]

    done = many(world, "note", codes, text="Seen.", key="k1")
    again = many(world, "note", codes, text="Seen.", key="k1")
    refused = many(world, "note", [first], text="Seen.", by=person("v1", unit="vault"))

    codes_of = [item["refusal"] and item["refusal"]["code"] for item in done]
    assert codes_of == [None, None, "action_not_allowed_now", "ticket_not_found"]
    assert [item["ticket"] and item["ticket"]["version"] for item in again] == [
        item["ticket"] and item["ticket"]["version"] for item in done
    ]
    assert refused[0]["refusal"]["code"] == "ticket_not_yours"
    steps = world.get("timeline", {"code": first})
    assert [step["texts"] for step in steps if step["type"] == "ticket.noted"] == [
        {"note": "Seen."}
    ]


def test_a_link_has_two_ends_and_so_has_its_end(world: RoutingWorld) -> None:
    first, second = registered(world, 2)

    many(world, "link", [first], to=second, relation="duplicate_of")
    linked = [world.get("related", {"code": code})["tickets"] for code in (first, second)]
    many(world, "unlink", [second], to=first)

    assert [[item["relation"] for item in each] for each in linked] == [
        ["duplicate_of"],
        ["duplicated_by"],
    ]
    assert world.get("related", {"code": first})["tickets"] == []


def test_what_could_not_be_attached_is_no_child(world: RoutingWorld) -> None:
    parent, child = registered(world, 2)
    world.act(child, "withdraw", DESK)

    refused = world.act(child, "attach", SUPERVISOR, parent=parent)
    detached = registered(world, 1)[0]
    world.act(detached, "attach", SUPERVISOR, parent=parent)
    world.act(detached, "detach", SUPERVISOR)

    assert refused.status == 409
    assert world.ticket(parent)["children"] == 0
    assert world.get("related", {"code": parent})["tickets"] == []


def test_a_merged_ticket_is_followed_as_the_one_that_goes_on(world: RoutingWorld) -> None:
    target, merged = registered(world, 2)
    world.act(merged, "merge", SUPERVISOR, into=target)
    world.act(target, "answer", DESK, text="Repaired.")
    eventually_equal(lambda: answers(world, merged), ["Repaired."])
    world.act(target, "done", SUPERVISOR)

    requester = person("nobody")
    requester = type(requester)(subject="requester:q1", role="requester")
    followed = world.get("follow", {"code": merged}, requester)

    assert followed["ticket"]["state"] == "done"
    shown = [step["type"] for step in followed["steps"]]
    assert shown.count("ticket.answered") == 1
    assert shown[-1] == "ticket.done"
    assert world.get("related", {"code": target})["tickets"][0]["relation"] == "merged"

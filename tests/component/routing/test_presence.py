"""Shifts, leave and presence on real servers: who is given work, and when he is again."""

import http
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from tests.component.routing.test_routing import registered
from tests.component.routing.world import REPLICAS, RoutingWorld, person
from tests.component.waiting import eventually, eventually_equal

MANAGER = person("manager", "manager", "hq")
#: Nobody works at any hour of it.
NEVER = {"week": {}}


def a_team(world: RoutingWorld, unit: str, people: dict[str, dict[str, Any]], **rule: Any) -> str:
    """A unit with a rule of its own; gives the kind of request that comes to it."""
    world.found(**{unit: people})
    world.get(
        "define_rule", {"id": unit, "order": -1, "kind": unit, "unit": unit, "tier": 1} | rule
    )
    for replica in REPLICAS:
        eventually(partial(_knows, world, replica, unit))
    return unit


def _knows(world: RoutingWorld, replica: str, rule: str) -> bool:
    return rule in {line["id"] for line in world.ask(replica, "rules", {})}


def every_replica_says(world: RoutingWorld, unit: str, who: str, absence: str | None) -> None:
    """Wait until what one replica was told has come round: it takes a second."""

    def said(replica: str) -> Any:
        team = world.ask(replica, "team", {"unit": unit})
        return {each["id"]: each["absence"] for each in team}.get(who)

    for replica in REPLICAS:
        eventually_equal(partial(said, replica), absence)


def at_work(world: RoutingWorld, code: str) -> str | None:
    return world.ticket(code).get("assignee")


def test_who_is_away_gets_nothing_and_who_comes_back_gets_what_waits_at_once(
    world: RoutingWorld,
) -> None:
    kind = a_team(world, "alone", {"one": {}})
    one = person("one", unit="alone")
    said = world.get("set_presence", {"presence": "break"}, by=one)
    assert (said["absence"], said["presence"]) == ("on_break", "break")
    every_replica_says(world, "alone", "one", "on_break")

    code = world.register(kind=kind)
    eventually(lambda: world.ticket(code).get("unit") == "alone")
    assert at_work(world, code) is None

    world.get("set_presence", {"presence": "available"}, by=one)

    eventually_equal(lambda: at_work(world, code), "one")


def test_presence_ends_by_itself_and_the_next_work_comes_without_anybodys_doing(
    world: RoutingWorld,
) -> None:
    kind = a_team(world, "briefly", {"brief": {}})
    until = datetime.now(UTC) + timedelta(seconds=8)
    world.get(
        "set_presence",
        {"presence": "away", "until": until.isoformat()},
        by=person("brief", unit="briefly"),
    )
    every_replica_says(world, "briefly", "brief", "away")
    code = world.register(kind=kind)

    eventually_equal(lambda: at_work(world, code), "brief", seconds=20)
    assert datetime.now(UTC) >= until


def test_nothing_to_anybody_off_shift_and_a_forced_assignment_is_possible(
    world: RoutingWorld,
) -> None:
    kind = a_team(world, "night", {"sleeper": {"shift": NEVER}})
    code = world.register(kind=kind)
    eventually(lambda: world.ticket(code).get("unit") == "night")

    refused = world.act(code, "assign", MANAGER, person="sleeper")
    assert (refused.status, refused.json["code"]) == (http.HTTPStatus.CONFLICT, "person_not_there")
    assert refused.json["params"]["absence"] == "off_shift"

    forced = world.act(code, "assign", MANAGER, person="sleeper", force=True)
    assert forced.status == http.HTTPStatus.OK


def test_a_leave_is_put_down_by_who_gives_work_and_its_reason_is_in_no_record(
    world: RoutingWorld,
) -> None:
    a_team(world, "resting", {"tired": {}, "fresh": {}})
    start = datetime.now(UTC) - timedelta(hours=1)
    leave = {
        "person": "tired",
        "leave": "spring",
        "start": start.isoformat(),
        "end": (start + timedelta(hours=8)).isoformat(),
        "stand_in": "fresh",
        "reason": "A wedding in Shiraz",
    }
    himself = person("tired", unit="resting")
    assert (
        world.call("routing-1", "take_leave", leave, by=himself).status == http.HTTPStatus.FORBIDDEN
    )

    taken = world.get("take_leave", leave, by=MANAGER)

    assert taken["absence"] == "on_leave"
    assert taken["leaves"][0]["reason"] == "A wedding in Shiraz"
    assert world.get("attendance", {}, by=himself)["leaves"] == taken["leaves"]
    journal = world.database("routing")["journal"].find({"stream": "person:tired"})
    assert "Shiraz" not in str(list(journal))
    team = {each["id"]: each["absence"] for each in world.get("team", {"unit": "resting"})}
    assert team == {"tired": "on_leave", "fresh": None}
    cancelled = world.get("cancel_leave", {"person": "tired", "leave": "spring"}, by=MANAGER)
    assert (cancelled["absence"], cancelled["leaves"]) == (None, [])


def test_when_somebody_leaves_his_work_is_spread_over_his_team(world: RoutingWorld) -> None:
    kind = a_team(
        world, "moving", {"goes": {}, "stays": {"capacity": 0}, "stays2": {"capacity": 0}}
    )
    codes = [world.register(kind=kind) for _ in range(12)]
    eventually(lambda: all(at_work(world, code) == "goes" for code in codes))
    world.found(moving={"stays": {}, "stays2": {}, "goes": {"active": False}})

    def spread() -> list[int]:
        holders = [at_work(world, code) for code in codes]
        return [holders.count("stays"), holders.count("stays2")]

    eventually_equal(spread, [6, 6], seconds=40)


def impatient(world: RoutingWorld, unit: str, within: str) -> None:
    """Have a unit's work taken from who does nothing about it for so long."""
    define = {"id": unit, "title": {"en": unit}, "parent": "hq", "react_within": within}
    world.get("define_unit", define)

    def known(replica: str) -> Any:
        units = world.ask(replica, "units", {})
        return next(each["react_within"] for each in units if each["id"] == unit)

    for replica in REPLICAS:
        eventually_equal(partial(known, replica), within)


def test_work_that_lies_goes_to_the_next(world: RoutingWorld) -> None:
    kind = a_team(world, "lying", {"idle": {}, "keen": {"capacity": 0}})
    impatient(world, "lying", "PT4S")
    code = world.register(kind=kind)
    eventually_equal(lambda: at_work(world, code), "idle")
    world.found(lying={"keen": {}})
    impatient(world, "lying", "PT3600S")

    eventually_equal(lambda: at_work(world, code), "keen", seconds=40)
    steps = world.get("timeline", {"code": code})
    assert any(step["type"] == "ticket.assigned" for step in steps)


def test_an_agent_keeps_his_requesters_where_the_rule_says_so(world: RoutingWorld) -> None:
    kind = a_team(world, "known", {"ann": {}, "ben": {}}, strategy="sticky", weight=2)
    first = registered(world, kind=kind, requester="loyal")
    others = [registered(world, kind=kind, requester=f"r{n}") for n in range(2)]
    again = registered(world, kind=kind, requester="loyal")

    assert again["assignee"] == first["assignee"]
    assert {first["assignee"], *(other["assignee"] for other in others)} == {"ann", "ben"}
    loads = {each["id"]: each["load"] for each in world.get("team", {"unit": "known"})}
    assert sum(loads.values()) == 8

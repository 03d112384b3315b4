"""Sla on real servers: each mark once and in time, no false breach, versions of agreements."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from contracts.sla import SlaBreached, SlaBreachWithdrawn, SlaMet, SlaStarted, SlaWarned
from tests.component.sla.world import AGENT, World, eventually, wait_until
from tests.unit.sla.world import answered, every_day, registered, waiting

ALWAYS = {"zone": "UTC", "week": every_day("00:00-24:00")}
MARKS = [
    {"percent": 75, "notices": [{"role": "assignee", "channel": "sms"}]},
    {"percent": 100, "notices": [{"role": "service_manager", "channel": "email"}]},
]


def promise(within: str) -> dict[str, Any]:
    target = {"clock": "first_response", "within": within, "calendar": "always", "marks": MARKS}
    return {"targets": [target]}


def codes(count: int) -> list[str]:
    return [f"2{number:011d}" for number in range(count)]


@pytest.fixture
def environment(
    servers: Any, amqp_uri: str, database_prefix: str, redis_url: str
) -> dict[str, str]:
    return {
        "AMQP_URI": amqp_uri,
        "MONGO_URI": servers.mongo_uri,
        "REDIS_URL": redis_url,
        "PEYGIR_DATABASE_PREFIX": database_prefix,
        "PEYGIR_WALK_SECONDS": "1",
        "PEYGIR_RETRY_SECONDS": "0.2,0.5,1,2",
    }


@pytest.fixture
def world(environment: dict[str, str], tmp_path: Path) -> Iterator[World]:
    """One replica, and a calendar that is always open."""
    world = World(environment, tmp_path, replicas=1)
    try:
        world.start_all()
        world.define("calendar", "always", ALWAYS)
        yield world
    finally:
        world.stop()


@pytest.fixture
def three(environment: dict[str, str], tmp_path: Path) -> Iterator[World]:
    """Three replicas."""
    world = World(environment, tmp_path, replicas=3)
    try:
        world.start_all()
        world.define("calendar", "always", ALWAYS)
        yield world
    finally:
        world.stop()


def test_each_mark_comes_once_though_three_replicas_run_and_one_is_killed(three):
    three.define("agreement", "quick", promise("PT4S"))
    tickets = codes(100)
    for code in tickets:
        three.tell(code, registered())
    eventually(lambda: len(three.count(SlaStarted)) == len(tickets))

    eventually(lambda: len(three.count(SlaWarned)) > len(tickets) // 3)
    three.kill(three.replicas[0])
    eventually(lambda: len(three.count(SlaBreached)) == len(tickets), seconds=30)

    assert three.count(SlaWarned) == dict.fromkeys(tickets, 1)
    assert three.count(SlaBreached) == dict.fromkeys(tickets, 1)
    assert {event.confirmed for _, event in three.recorded(SlaBreached)} == {True}


def test_an_outage_over_the_target_makes_no_false_breach(world):
    world.define("agreement", "quick", promise("PT2S"))
    (code,) = codes(1)
    world.tell(code, registered())
    due_at = datetime.now(UTC) + timedelta(seconds=2)
    eventually(lambda: world.count(SlaStarted)[code] == 1)
    world.kill("sla-1")
    world.tell(code, answered())
    wait_until(due_at + timedelta(seconds=0.5))

    world.start("sla-1")

    eventually(lambda: world.count(SlaMet)[code] == 1)
    assert world.count(SlaBreached) == {}


def test_a_breach_is_unconfirmed_while_routing_is_away_and_withdrawn_when_it_proves_false(world):
    world.define("agreement", "quick", promise("PT2S"))
    (code,) = codes(1)
    world.kill("routing")
    registered_at = datetime.now(UTC)
    world.tell(code, registered(), registered_at)
    eventually(lambda: world.count(SlaBreached)[code] == 1)
    assert [event.confirmed for _, event in world.recorded(SlaBreached)] == [False]

    world.start("routing")
    world.tell(code, answered(), registered_at + timedelta(seconds=1))

    eventually(lambda: world.count(SlaBreachWithdrawn)[code] == 1)
    ((_, met),) = world.recorded(SlaMet)
    assert (met.elapsed_seconds, met.late_seconds) == (1, 0)


def test_a_ticket_whose_routing_comes_first_is_known_all_the_same(world):
    world.define("agreement", "slow", promise("PT1H"))
    (code,) = codes(1)
    world.kill("sla-1")
    world.tell(code, waiting("supplier"))
    world.tell(code, registered())

    world.start("sla-1")

    eventually(lambda: world.count(SlaStarted)[code] == 1)
    eventually(lambda: clock_of(world, code)["held_by"] == "supplier")


def test_a_ticket_keeps_its_version_and_new_ones_get_the_newest(world):
    old, new = codes(2)
    assert world.define("agreement", "ours", promise("PT1H"))["version"] == 1
    world.tell(old, registered())
    eventually(lambda: world.count(SlaStarted)[old] == 1)

    assert world.define("agreement", "ours", promise("PT2H"))["version"] == 2
    world.tell(new, registered())
    eventually(lambda: world.count(SlaStarted)[new] == 1)

    assert (clock_of(world, old)["agreement_version"], clock_of(world, old)["target_seconds"]) == (
        1,
        3600,
    )
    assert clock_of(world, new)["agreement_version"] == 2


def test_publishing_again_what_holds_or_under_the_same_key_changes_nothing(world):
    request = {"id": "ours", "definition": promise("PT1H")}
    first = world.ask("sla-1", "define_agreement", request, key="once")
    other = {"id": "ours", "definition": promise("PT2H")}
    world.ask("sla-1", "define_agreement", other, key="twice")

    assert world.ask("sla-1", "define_agreement", request, key="once") == first
    assert world.ask("sla-1", "define_agreement", other, key="thrice")["version"] == 2
    status, fault = world.call("sla-1", "define_agreement", other, key="once")
    assert (status, fault["code"]) == (422, "idempotency_key_reused")
    versions = [view["version"] for view in world.ask("sla-1", "agreements", {})]
    assert versions == [2]


def test_a_wrong_definition_is_refused_and_nothing_is_stored(world):
    request = {"id": "ours", "definition": promise("PT0S")}

    status, fault = world.call("sla-1", "define_agreement", request)

    assert (status, fault["code"]) == (422, "definition_invalid")
    assert [field["pointer"] for field in fault["fields"]] == ["/definition/targets/0/within"]
    assert world.ask("sla-1", "agreements", {}) == []


def test_an_agent_may_read_and_not_change(world):
    request = {"id": "ours", "definition": promise("PT1H")}

    status, fault = world.call("sla-1", "define_agreement", request, identity=AGENT)

    assert (status, fault["code"]) == (403, "right_missing")
    assert world.call("sla-1", "calendars", {}, identity=AGENT)[0] == 200


def clock_of(world: World, code: str) -> dict[str, Any]:
    (clock,) = world.ask("sla-1", "clocks", {"codes": [code]})[code]
    return clock

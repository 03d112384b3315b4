"""Sla on real servers: each mark once and in time, no false breach, versions of agreements."""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from contracts.sla import SlaBreached, SlaBreachWithdrawn, SlaMet, SlaStarted, SlaWarned
from tests.component.sla.world import AGENT, World, eventually, wait_until
from tests.unit.sla.world import answered, every_day, registered, waiting

ALWAYS = {"zone": "UTC", "week": every_day("00:00-24:00")}
MARKS = [
    {"percent": 75, "notices": [{"role": "assignee", "channel": "sms"}]},
    {"percent": 100, "notices": [{"role": "service_manager", "channel": "email"}]},
]


def promise(within: str, subject: str = "network") -> dict[str, Any]:
    """One clock for the tickets of a subject, so that tests do not meet."""
    target = {"clock": "first_response", "within": within, "calendar": "always", "marks": MARKS}
    return {"match": {"subject": [subject]}, "targets": [target]}


def codes(count: int) -> list[str]:
    first = random.randrange(10**11, 9 * 10**11)
    return [str(first + number) for number in range(count)]


@contextmanager
def running(servers: Any, amqp_uri: str, logs: Path, replicas: int) -> Iterator[World]:
    """An installation of its own, with a calendar that is always open."""
    prefix = f"test_{secrets.token_hex(4)}_"
    environment = {
        "AMQP_URI": amqp_uri,
        "MONGO_URI": servers.mongo_uri,
        "REDIS_URL": servers.redis_url,
        "PEYGIR_DATABASE_PREFIX": prefix,
        "PEYGIR_WALK_SECONDS": "1",
        "PEYGIR_RETRY_SECONDS": "0.2,0.5,1,2",
    }
    world = World(environment, logs, replicas)
    try:
        world.start_all()
        world.define("calendar", "always", ALWAYS)
        yield world
    finally:
        world.stop()
        with MongoClient[dict[str, Any]](servers.mongo_uri, timeoutMS=10_000) as client:
            for service in ("intake", "routing", "sla"):
                client.drop_database(prefix + service)


@pytest.fixture(scope="module")
def world(servers: Any, amqp_uri: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One replica; a test that kills a process starts it again."""
    with running(servers, amqp_uri, tmp_path_factory.mktemp("logs"), 1) as started:
        yield started


@pytest.fixture
def three(servers: Any, tmp_path: Path) -> Iterator[World]:
    """Three replicas, on a virtual host of their own."""
    with servers.new_vhost() as uri, running(servers, uri, tmp_path, 3) as started:
        yield started


def test_each_mark_comes_once_though_the_replica_that_rings_is_killed(three):
    three.define("agreement", "quick", promise("PT4S"))
    tickets = codes(100)
    for code in tickets:
        three.tell(code, registered())
    eventually(lambda: len(three.count(SlaStarted)) == len(tickets))

    eventually(lambda: len(three.count(SlaWarned)) > len(tickets) // 3)
    three.kill_holder_of("due")
    eventually(lambda: len(three.count(SlaBreached)) == len(tickets), seconds=30)

    assert three.count(SlaWarned) == dict.fromkeys(tickets, 1)
    assert three.count(SlaBreached) == dict.fromkeys(tickets, 1)
    assert {event.confirmed for (event,) in three.recorded(SlaBreached).values()} == {True}


def test_an_outage_over_the_target_makes_no_false_breach(world):
    world.define("agreement", "outage", promise("PT2S", "outage"))
    (code,) = codes(1)
    world.tell(code, registered(subject="outage"))
    due_at = datetime.now(UTC) + timedelta(seconds=2)
    eventually(lambda: world.count(SlaStarted)[code] == 1)
    world.kill("sla-1")
    world.tell(code, answered())
    wait_until(due_at + timedelta(seconds=0.5))

    world.start("sla-1")

    eventually(lambda: world.count(SlaMet)[code] == 1)
    assert world.count(SlaBreached)[code] == 0


def test_a_breach_is_unconfirmed_while_routing_is_away_and_withdrawn_when_it_proves_false(world):
    world.define("agreement", "away", promise("PT2S", "away"))
    (code,) = codes(1)
    world.kill("routing")
    registered_at = datetime.now(UTC)
    world.tell(code, registered(subject="away"), registered_at)
    eventually(lambda: world.count(SlaBreached)[code] == 1)
    assert [event.confirmed for event in world.recorded(SlaBreached)[code]] == [False]

    world.start("routing")
    world.tell(code, answered(), registered_at + timedelta(seconds=1))

    eventually(lambda: world.count(SlaBreachWithdrawn)[code] == 1)
    (met,) = world.recorded(SlaMet)[code]
    assert (met.elapsed_seconds, met.late_seconds) == (1, 0)


def test_a_ticket_whose_routing_comes_first_is_known_all_the_same(world):
    world.define("agreement", "late", promise("PT1H", "late"))
    (code,) = codes(1)
    world.kill("sla-1")
    world.tell(code, waiting("supplier"))
    world.tell(code, registered(subject="late"))

    world.start("sla-1")

    eventually(lambda: world.count(SlaStarted)[code] == 1)
    eventually(lambda: clock_of(world, code)["held_by"] == "supplier")


def test_a_ticket_keeps_its_version_and_new_ones_get_the_newest(world):
    old, new = codes(2)
    assert world.define("agreement", "kept", promise("PT1H", "kept"))["version"] == 1
    world.tell(old, registered(subject="kept"))
    eventually(lambda: world.count(SlaStarted)[old] == 1)

    assert world.define("agreement", "kept", promise("PT2H", "kept"))["version"] == 2
    world.tell(new, registered(subject="kept"))
    eventually(lambda: world.count(SlaStarted)[new] == 1)

    assert (clock_of(world, old)["agreement_version"], clock_of(world, old)["target_seconds"]) == (
        1,
        3600,
    )
    assert clock_of(world, new)["agreement_version"] == 2


def test_publishing_again_what_holds_or_under_the_same_key_changes_nothing(world):
    request = {"id": "again", "definition": promise("PT1H", "again")}
    first = world.ask("sla-1", "define_agreement", request, key="once")
    other = {"id": "again", "definition": promise("PT2H", "again")}
    world.ask("sla-1", "define_agreement", other, key="twice")

    assert world.ask("sla-1", "define_agreement", request, key="once") == first
    assert world.ask("sla-1", "define_agreement", other, key="thrice")["version"] == 2
    status, fault = world.call("sla-1", "define_agreement", other, key="once")
    assert (status, fault["code"]) == (422, "idempotency_key_reused")
    assert newest(world)["again"] == 2


def test_a_wrong_definition_is_refused_and_nothing_is_stored(world):
    request = {"id": "wrong", "definition": promise("PT0S")}

    status, fault = world.call("sla-1", "define_agreement", request)

    assert (status, fault["code"]) == (422, "definition_invalid")
    assert [field["pointer"] for field in fault["fields"]] == ["/definition/targets/0/within"]
    assert "wrong" not in newest(world)


def test_an_agent_may_read_and_not_change(world):
    request = {"id": "ours", "definition": promise("PT1H")}

    status, fault = world.call("sla-1", "define_agreement", request, identity=AGENT)

    assert (status, fault["code"]) == (403, "right_missing")
    assert world.call("sla-1", "calendars", {}, identity=AGENT)[0] == 200


def clock_of(world: World, code: str) -> dict[str, Any]:
    (clock,) = world.ask("sla-1", "clocks", {"codes": [code]})[code]
    return clock


def newest(world: World) -> dict[str, int]:
    return {view["id"]: view["version"] for view in world.ask("sla-1", "agreements", {})}

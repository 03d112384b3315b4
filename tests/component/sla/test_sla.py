"""Sla on real servers: each mark once and in time, no false breach, versions of agreements."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from contracts.sla import (
    SlaBreached,
    SlaBreachWithdrawn,
    SlaMet,
    SlaReplanned,
    SlaStarted,
    SlaWarned,
)
from tests.component.sla.world import AGENT, SlaWorld, wait_until
from tests.component.waiting import eventually, eventually_equal
from tests.servers import Servers
from tests.unit.sla.world import answered, assigned, every_day, registered, waiting

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
def running(servers: Servers, logs: Path, replicas: int) -> Iterator[SlaWorld]:
    """A world of its own, with a calendar that is always open."""
    with SlaWorld(servers, logs, replicas) as world:
        world.start_all("intake", "routing", *world.replicas)
        world.define("calendar", "always", ALWAYS)
        yield world


@pytest.fixture(scope="module")
def world(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SlaWorld]:
    """One replica; a test that kills a process starts it again."""
    with running(servers, tmp_path_factory.mktemp("sla"), 1) as started:
        yield started


@pytest.fixture
def three(servers: Servers, tmp_path: Path) -> Iterator[SlaWorld]:
    """Three replicas."""
    with running(servers, tmp_path, 3) as started:
        yield started


def test_each_mark_comes_once_though_the_replica_that_rings_is_killed(three):
    three.define("agreement", "quick", promise("PT4S"))
    tickets = codes(100)
    for code in tickets:
        three.tell(code, registered())
    eventually_equal(lambda: len(three.count(SlaStarted)), len(tickets))

    eventually(lambda: len(three.count(SlaWarned)) > len(tickets) // 3)
    three.kill_holder_of("due")
    eventually_equal(lambda: len(three.count(SlaBreached)), len(tickets))

    assert three.count(SlaWarned) == dict.fromkeys(tickets, 1)
    assert three.count(SlaBreached) == dict.fromkeys(tickets, 1)
    assert {event.confirmed for (event,) in three.recorded(SlaBreached).values()} == {True}


def test_an_outage_over_the_target_makes_no_false_breach(world):
    world.define("agreement", "outage", promise("PT2S", "outage"))
    (code,) = codes(1)
    world.tell(code, registered(subject="outage"))
    due_at = datetime.now(UTC) + timedelta(seconds=2)
    eventually_equal(lambda: world.count(SlaStarted)[code], 1)
    world.kill("sla-1")
    world.tell(code, answered())
    wait_until(due_at + timedelta(seconds=0.5))

    world.start("sla-1")

    eventually_equal(lambda: world.count(SlaMet)[code], 1)
    assert world.count(SlaBreached)[code] == 0


def test_a_breach_is_unconfirmed_while_routing_is_away_and_withdrawn_when_it_proves_false(world):
    world.define("agreement", "away", promise("PT2S", "away"))
    (code,) = codes(1)
    world.kill("routing")
    registered_at = datetime.now(UTC)
    world.tell(code, registered(subject="away"), at=registered_at)
    eventually_equal(lambda: world.count(SlaBreached)[code], 1)
    assert [event.confirmed for event in world.recorded(SlaBreached)[code]] == [False]

    world.start("routing")
    world.tell(code, answered(), at=registered_at + timedelta(seconds=1))

    eventually_equal(lambda: world.count(SlaBreachWithdrawn)[code], 1)
    (met,) = world.recorded(SlaMet)[code]
    assert (met.elapsed_seconds, met.late_seconds) == (1, 0)


def test_a_ticket_whose_routing_comes_first_is_known_all_the_same(world):
    world.define("agreement", "late", promise("PT1H", "late"))
    (code,) = codes(1)
    world.kill("sla-1")
    world.tell(code, waiting("supplier"))
    world.tell(code, registered(subject="late"))

    world.start("sla-1")

    eventually_equal(lambda: world.count(SlaStarted)[code], 1)
    eventually_equal(lambda: clock_of(world, code)["held_by"], "supplier")


def test_a_ticket_keeps_its_version_and_new_ones_get_the_newest(world):
    old, new = codes(2)
    assert world.define("agreement", "kept", promise("PT1H", "kept"))["version"] == 1
    world.tell(old, registered(subject="kept"))
    eventually_equal(lambda: world.count(SlaStarted)[old], 1)

    assert world.define("agreement", "kept", promise("PT2H", "kept"))["version"] == 2
    world.tell(new, registered(subject="kept"))
    eventually_equal(lambda: world.count(SlaStarted)[new], 1)

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
    reused = world.call("sla-1", "define_agreement", other, key="once").expect(422)
    assert reused.json["code"] == "idempotency_key_reused"
    assert newest(world)["again"] == 2


def test_a_wrong_definition_is_refused_and_nothing_is_stored(world):
    request = {"id": "wrong", "definition": promise("PT0S")}

    refused = world.call("sla-1", "define_agreement", request).expect(422).json

    assert refused["code"] == "definition_invalid"
    assert [field["pointer"] for field in refused["fields"]] == ["/definition/targets/0/within"]
    assert "wrong" not in newest(world)


def test_an_agent_may_read_and_not_change(world):
    request = {"id": "ours", "definition": promise("PT1H")}

    refused = world.call("sla-1", "define_agreement", request, by=AGENT).expect(403)

    assert refused.json["code"] == "right_missing"
    world.call("sla-1", "calendars", {}, by=AGENT).expect(200)


def test_a_new_calendar_is_followed_once_by_every_open_ticket_though_the_follower_is_killed(three):
    three.define("agreement", "long", promise("PT10H"))
    tickets = codes(300)
    for code in tickets:
        three.tell(code, registered())
    eventually_equal(lambda: len(three.count(SlaStarted)), len(tickets))

    three.define("calendar", "always", {**ALWAYS, "week": every_day("00:00-12:00")})
    eventually(lambda: len(three.count(SlaReplanned)) > 0)
    three.kill_holder_of("calendars")

    eventually_equal(lambda: three.count(SlaReplanned), dict.fromkeys(tickets, 1))
    running = next(name for name in three.replicas if three.processes[name].running)
    eventually_equal(lambda: three.ask(running, "replanning", {})["left"], 0)


def test_a_breach_has_its_reason_and_its_exception_and_the_past_stays_as_it_was(world):
    terms = {"breach_reasons": ["staff-short"], "exceptions": ["power-cut"]}
    world.define("agreement", "excused", {**promise("PT1S", "excused"), **terms})
    (code,) = codes(1)
    world.tell(code, registered(subject="excused"))
    eventually_equal(lambda: world.count(SlaBreached)[code], 1)
    before = datetime.now(UTC)

    asked = {"code": code, "clock": "first_response"}
    world.ask("sla-1", "give_reason", {**asked, "reason": "staff-short"})
    world.ask("sla-1", "request_exception", {**asked, "reason": "power-cut"})
    clock = clock_of(world, code)

    assert (clock["breach_reason"], clock["exception"]) == ("staff-short", "requested")
    then = {"codes": [code], "at": before.isoformat()}
    (past,) = world.ask("sla-1", "clocks", then)[code]
    assert (past["state"], past["exception"]) == ("breached", None)


def test_a_units_open_clocks_are_those_of_the_tickets_it_had_at_that_second(world):
    world.define("agreement", "held", promise("PT1H", "held"))
    stays, goes = codes(2)
    for code in (stays, goes):
        world.tell(code, registered(subject="held"))
        world.tell(code, assigned("unit-a"))
        eventually_equal(lambda code=code: clock_unit(world, code), "unit-a")
    then = datetime.now(UTC)
    world.tell(goes, assigned("unit-b"))
    eventually_equal(lambda: of_unit(world, "unit-b"), {goes})

    assert of_unit(world, "unit-a") == {stays}
    assert of_unit(world, "unit-a", then) == {stays, goes}
    assert of_unit(world, "unit-b", then) == set()


def of_unit(world: SlaWorld, unit: str, at: datetime | None = None) -> set[str]:
    request = {"unit": unit, "at": at.isoformat() if at else None}
    return set(world.ask("sla-1", "unit_clocks", request)["tickets"])


def clock_unit(world: SlaWorld, code: str) -> str | None:
    found = world.database("sla")["tickets"].find_one({"_id": code})
    return ((found or {}).get("state", {}).get("situation") or {}).get("unit")


def clock_of(world: SlaWorld, code: str) -> dict[str, Any]:
    (clock,) = world.ask("sla-1", "clocks", {"codes": [code]})[code]
    return clock


def newest(world: SlaWorld) -> dict[str, int]:
    return {view["id"]: view["version"] for view in world.ask("sla-1", "agreements", {})}


def test_the_nearest_clocks_of_a_unit_and_how_many_are_late(world):
    world.define("agreement", "watched", promise("PT1S", "watched"))
    world.define("agreement", "watched-long", promise("PT30M", "watched-long"))
    late, ahead, elsewhere = codes(3)
    for code, subject, unit in (
        (late, "watched", "watchers"),
        (ahead, "watched-long", "watchers"),
        (elsewhere, "watched-long", "others"),
    ):
        world.tell(code, registered(subject=subject))
        world.tell(code, assigned(unit))

    def nearest() -> dict[str, Any]:
        return world.ask(world.replicas[0], "nearest", {"units": ["watchers"]})

    eventually_equal(lambda: (nearest()["running"], nearest()["late"]), (2, 1))
    found = nearest()
    assert found["soon"] == 1
    assert [each["code"] for each in found["coming"]] == [ahead]
    assert [each["code"] for each in found["overdue"]] == [late]


def test_every_version_is_told_with_who_published_it_and_a_draft_is_checked(world):
    world.define("agreement", "versioned", promise("PT1H", "versioned"))
    world.define("agreement", "versioned", promise("PT2H", "versioned"))
    replica = world.replicas[0]

    found = world.ask(replica, "versions", {"kind": "agreement", "id": "versioned"})
    draft = {"kind": "agreement", "id": "versioned", "definition": promise("PT0S", "versioned")}
    refused = world.call(replica, "check_draft", draft)

    assert [each["version"] for each in found] == [2, 1]
    assert found[0]["definition"]["targets"][0]["within"] == "PT2H"
    assert found[0]["by"]
    assert [each["pointer"] for each in refused.json["fields"]] == ["/definition/targets/0/within"]
    assert world.ask(replica, "check_draft", draft | {"definition": promise("PT1H", "x")}) is True

"""Units' capacity on real servers: measured, warned of, tried; sla is a stand-in."""

import http
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.component.routing.world import FIRST, IMPORTER, REPLICAS, RoutingWorld, person
from tests.component.waiting import eventually, eventually_equal
from tests.servers import Servers

MANAGER = person("manager", "manager", "hq")
BOSS = person("boss", "supervisor", "busy")
OTHER = person("chief", "supervisor", "calm")
DAY = timedelta(days=1)
#: Tickets a day.
PACE = 1.25


class CapacityWorld(RoutingWorld):
    """Routing beside something that tells of working days."""

    stand_ins = RoutingWorld.stand_ins | {"sla": "tests.component.routing.clock"}
    settings = RoutingWorld.settings | {"capacity_every": "PT0.5S"}


@pytest.fixture(scope="module")
def world(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CapacityWorld]:
    """A unit that has finished five tickets in four days, for twenty days."""
    with CapacityWorld(servers, tmp_path_factory.mktemp("capacity")) as started:
        started.start_all("intake", "sla", *REPLICAS)
        started.found(
            hq={"manager": {"role": "manager", "capacity": 0}},
            busy={"b1": {}, "boss": {"role": "supervisor", "capacity": 0}},
            calm={"c1": {}, "chief": {"role": "supervisor", "capacity": 0}},
        )
        started.get("define_rule", {"id": "busy", "order": 1, "subject": "it", "unit": "busy"})
        for number in range(1, 26):
            a_past_ticket(started, datetime.now(UTC) - DAY * number / PACE)
        yield started


def a_past_ticket(world: RoutingWorld, finished_at: datetime) -> None:
    code = world.register(at=finished_at - DAY, workflow="replay", imported=True)
    for step, at in (
        ("Accepted-In Progress", finished_at - DAY / 2),
        ("Completed-Closed", finished_at),
    ):
        answer = world.act(code, "record", IMPORTER, at=at, step=step, person="b1", unit="busy")
        assert answer.status == http.HTTPStatus.OK, answer


def of_busy(world: RoutingWorld) -> dict[str, Any]:
    (found,) = world.get("capacity", {"unit": "busy"}, by=BOSS)["items"]
    return found


def told(world: RoutingWorld) -> list[str]:
    journal = world.database("routing")["journal"].find(
        {"stream": "unit:busy"}, sort=[("version", 1)]
    )
    kinds = [event["type"] for commit in journal for event in commit["events"]]
    return [kind for kind in kinds if kind != "unit.changed"]


def test_a_unit_is_measured_loaded_and_warned_of_until_there_is_room_again(
    world: CapacityWorld,
) -> None:
    found = of_busy(world)
    assert (found["measured"]["tickets"], found["tickets"]) == (25, 0)
    assert (found["planned"], found["weeks"][-2]["planned"] + found["weeks"][-1]["planned"]) == (
        1,
        1,
    )
    assert found["measured"]["per_day"] == pytest.approx(PACE, abs=0.15)
    assert (found["told"], told(world)) == (None, [])

    codes = [world.register() for _ in range(4)]

    eventually_equal(lambda: of_busy(world)["told"], "over", seconds=20)
    found = of_busy(world)
    assert (found["tickets"], found["room"], found["late"]) == (4, 0, 2)
    assert {each["code"] for each in found["promises"]} < set(codes)
    assert 3 < (datetime.fromisoformat(found["done_at"]) - datetime.now(UTC)) / DAY < 4
    assert told(world)[-1] == "unit.overcommitted"
    assert len(told(world)) <= 2

    for code in codes:
        assert world.act(code, "decline", MANAGER, reason="Not ours").status == http.HTTPStatus.OK

    eventually_equal(lambda: of_busy(world)["told"], None, seconds=20)
    assert told(world).count("unit.relieved") == 1


def test_a_trial_tells_what_more_work_would_do_and_keeps_nothing(world: CapacityWorld) -> None:
    code = world.register()
    eventually(lambda: of_busy(world)["tickets"] == 1)
    asked = {"subject": "it.software", "count": 3, "within": "P1D"}

    found = world.get("try_capacity", asked, by=BOSS)

    assert (found["unit"], found["fits"], found["newcomers"]["count"]) == ("busy", False, 3)
    (moved,) = found["moved"]
    assert (moved["code"], moved["breaks"]) == (code, True)
    assert 2 < moved["by_seconds"] / DAY.total_seconds() < 3
    assert of_busy(world)["tickets"] == 1
    few = world.get("try_capacity", asked | {"count": 1, "within": "P3D"}, by=BOSS)
    assert few["moved"] == []
    world.act(code, "decline", MANAGER, reason="Not ours")


def test_only_who_gives_work_to_a_unit_may_ask(world: CapacityWorld) -> None:
    for method, request in (
        ("capacity", {"unit": "busy"}),
        ("try_capacity", {"subject": "it.software"}),
    ):
        refused = world.call(FIRST, method, request, by=OTHER)
        assert (refused.status, refused.json["code"]) == (403, "unit_out_of_reach")
        assert world.call(FIRST, method, request, by=person("b1", unit="busy")).status == 403
    page = world.get("capacity", {"unit": "hq"}, by=MANAGER)
    assert [each["unit"] for each in page["items"]] == ["hq", "busy", "calm"]
    assert page["items"][2]["measured"] is None
    unmeasured = world.call(FIRST, "try_capacity", {"subject": "it", "unit": "calm"}, by=OTHER)
    assert unmeasured.json["fields"][0]["code"] == "not_measured_yet"


def test_a_ticket_is_put_off_to_a_time_by_name(world: CapacityWorld) -> None:
    code = world.register()
    holder = person("b1", unit="busy")
    eventually_equal(lambda: world.ticket(code).get("assignee"), "b1")

    shown = world.act(code, "snooze", holder, when="next_working_day").json

    until = datetime.fromisoformat(shown["snoozed_until"])
    tomorrow = datetime.now(ZoneInfo("Asia/Tehran")).date() + DAY
    assert until.astimezone(ZoneInfo("Asia/Tehran")).isoformat()[:16] == f"{tomorrow}T00:00"
    assert world.get("inbox", {}, by=holder)["work"] == []
    for wrong in ({"when": "some day"}, {}):
        refused = world.act(code, "snooze", holder, **wrong)
        assert refused.status == http.HTTPStatus.UNPROCESSABLE_ENTITY
    world.act(code, "decline", MANAGER, reason="Not ours")

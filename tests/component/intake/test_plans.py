"""Planned work on real servers: made once, whoever dies; sla is a stand-in."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.identity import Identity
from tests.component.intake.world import a_request
from tests.component.service import ADMIN
from tests.component.waiting import eventually, eventually_equal
from tests.component.world import World
from tests.servers import Servers

REPLICAS = ("intake-1", "intake-2")
SUPERVISOR = Identity(subject="person:supervisor", role="supervisor")
_SUBJECTS_OF_THE_DEMO = 20


class PlanWorld(World):
    """Two replicas of intake beside something that tells of working days."""

    stand_ins = {"sla": "tests.component.routing.clock"}
    settings = {"demo": 1, "lease_seconds": 1}

    def plan(self, name: str, schedule: dict[str, Any], **changes: Any) -> Any:
        request = a_request(subject="it.hardware") | {"id": name, "schedule": schedule} | changes
        return self.call(self.running, "define_plan", request, by=SUPERVISOR)

    def do(self, method: str, name: str, **more: Any) -> Any:
        return self.ask(self.running, method, {"id": name, **more}, by=SUPERVISOR)

    @property
    def running(self) -> str:
        return next(name for name in REPLICAS if self.processes[name].running)

    def made(self) -> Counter[str]:
        """Count the tickets of plans by their title."""
        claims = self.database("intake")["claims"].find({"_id": {"$regex": ":fulfil_plan:"}})
        titles = {claim["code"]: claim["title"] for claim in claims}
        opened = self.database("intake")["journal"].distinct(
            "stream", {"events.type": "ticket.registered"}
        )
        return Counter(titles[code] for code in opened if code in titles)


@pytest.fixture(scope="module")
def world(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlanWorld]:
    with PlanWorld(servers, tmp_path_factory.mktemp("plans"), ["sla", *REPLICAS]) as started:
        started.start_all("sla", *REPLICAS)
        subjects = started.database("intake")["subjects"]
        eventually(lambda: subjects.count_documents({}) >= _SUBJECTS_OF_THE_DEMO, "the catalogue")
        yield started


def soon(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


def test_a_plan_makes_its_ticket_when_its_time_has_come(world: PlanWorld) -> None:
    at = soon(2)
    defined = world.plan("once", {"repeat": "once", "at": at}, title="Once").json
    assert (defined["state"], len(defined["ahead"]), defined["made"]) == ("active", 1, [])

    eventually_equal(lambda: world.made()["Once"], 1, seconds=15)

    # A ticket is made before its plan has noted that it is.
    eventually_equal(lambda: world.do("plan", "once")["count"], 1)
    shown = world.do("plan", "once")
    assert shown["ahead"] == []
    (made,) = shown["made"]
    content = world.ask(world.running, "describe_tickets", {"codes": [made["code"]]}, by=ADMIN)
    assert content[made["code"]]["title"] == "Once"


def test_whoever_dies_each_is_made_exactly_once(world: PlanWorld) -> None:
    at = soon(4)
    for number in range(30):
        world.plan(f"many-{number}", {"repeat": "once", "at": at}, title=f"Many {number}")
    eventually(lambda: sum(_many(world).values()) > 0, seconds=20)

    lease = world.database("intake")["leases"].find_one({"_id": "plans"})
    pid = int(lease["holder"].split(":")[1])
    holder = next(name for name in REPLICAS if world.processes[name].pid == pid)
    world.kill(holder)

    eventually_equal(lambda: len(_many(world)), 30, seconds=30)
    world.start(holder)
    eventually(lambda: all(world.do("plan", f"many-{n}")["count"] == 1 for n in range(30)))
    assert set(_many(world).values()) == {1}


def _many(world: PlanWorld) -> Counter[str]:
    return Counter({title: n for title, n in world.made().items() if title.startswith("Many ")})


def test_a_plan_is_listed_paused_resumed_skipped_and_ended(world: PlanWorld) -> None:
    schedule = {"repeat": "working_days", "every": 2, "time": "09:00"}
    first = world.plan("visits", schedule).json["ahead"]
    assert len(first) == 10

    skipped = world.do("skip_plan", "visits", at=first[0])
    assert skipped["ahead"][:9] == first[1:]
    again = {"id": "visits", "at": first[0]}
    refused = world.call(world.running, "skip_plan", again, by=SUPERVISOR)
    assert (refused.status, refused.json["code"]) == (409, "plan_moved_on")

    assert world.do("pause_plan", "visits")["ahead"] == []
    assert world.do("resume_plan", "visits")["state"] == "active"
    listed = world.ask(world.running, "all_plans", {}, by=SUPERVISOR)
    assert "visits" in {each["id"] for each in listed}
    until = {"until": soon(10 * 86_400)}
    ahead = world.ask(world.running, "planned_ahead", until, by=ADMIN)
    assert {each["plan"] for each in ahead} == {"visits"}
    assert len(ahead) in (4, 5)
    assert world.do("end_plan", "visits")["state"] == "ended"
    assert world.ask(world.running, "planned_ahead", until, by=ADMIN) == []


def test_what_could_never_be_made_is_refused(world: PlanWorld) -> None:
    past = {"repeat": "once", "at": soon(-60)}
    for request, fault in (
        (world.plan("bad", past), ("/schedule", "never_comes")),
        (world.plan("bad", {"repeat": "weekly"}), ("/schedule/weekdays", "required")),
        (world.plan("bad", past, subject="nothing"), ("/subject", "subject_unknown")),
    ):
        assert request.status == 422
        assert fault in {(each["pointer"], each["code"]) for each in request.json["fields"]}
    expert = Identity(subject="person:e", role="expert")
    assert world.call(world.running, "all_plans", {}, by=expert).status == 403

"""Alarms while a replica, the database, Redis and the broker are taken away: each mark once."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contracts.sla import SlaBreached, SlaMet, SlaOverdue
from deploy.local.installation import Installation
from tests.component.sla.world import SlaWorld
from tests.component.waiting import eventually, eventually_equal
from tests.load.events import draw_codes
from tests.load.open_tickets import Stock
from tests.servers import servers_of, started_installation
from tests.unit.sla.world import answered, every_day

ALWAYS = {"zone": "UTC", "week": every_day("00:00-24:00")}
#: The target, and a mark two seconds after it.
TERMS = {
    "match": {"channel": ["api"]},
    "targets": [
        {
            "clock": "first_response",
            "within": "P1D",
            "calendar": "always",
            "marks": [{"percent": 100}, {"after": "PT2S"}],
        }
    ],
}
TICKETS, ANSWERED = 1_500, 20
DUE_WITHIN, AHEAD = timedelta(seconds=10), timedelta(seconds=15)


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Installation]:
    """Servers of the test's own, which it may kill."""
    with started_installation(tmp_path / "servers") as started:
        yield started


def test_alarms_come_once_in_time_and_none_falsely_whatever_is_killed_meanwhile(servers, tmp_path):
    with SlaWorld(servers_of(servers), tmp_path, 2) as world:
        world.start_all("intake", "routing")
        for replica in world.replicas:
            # What the broker does not bring they learn by asking before an alarm, or not in time.
            world.start(replica, walk_seconds=600, walk_away_seconds=600)
        world.define("calendar", "always", ALWAYS)
        world.define("agreement", "day", TERMS)
        tickets = draw_codes(TICKETS)
        in_time, late = tickets[:ANSWERED], tickets[ANSWERED:]
        with away(servers, "rabbitmq", "redis"):
            store(world, tickets, datetime.now(UTC) + AHEAD)
            # These answers stand in routing's journal, and nobody is told of them.
            for code in in_time:
                world.tell(code, answered())
            eventually(lambda: sum(marks(world, SlaBreached).values()) > TICKETS // 5)
            assert marks(world, SlaMet) == dict.fromkeys(in_time, 1)
            world.kill_holder_of("due")
            eventually(lambda: sum(marks(world, SlaBreached).values()) > TICKETS // 2)
            servers.kill("mongod", signal.SIGKILL)

        eventually_equal(lambda: len(marks(world, SlaOverdue)), len(late))
        assert marks(world, SlaBreached) == dict.fromkeys(late, 1)
        assert marks(world, SlaOverdue) == dict.fromkeys(late, 1)
        assert early(world) == []


@contextmanager
def away(servers: Installation, *names: str) -> Iterator[None]:
    """Have servers away for a while; whatever else was killed is back afterwards too."""
    for name in names:
        servers.stop_process(name)
    try:
        yield
    finally:
        servers.start_servers()


def store(world: SlaWorld, tickets: list[str], first: datetime) -> None:
    """Have tickets that were registered a day ago, and fall due one after the other."""
    each = DUE_WITHIN / len(tickets)
    registered = [first - timedelta(days=1) + each * number for number in range(len(tickets))]
    Stock(world.database("sla"), world.database("routing")).add(tickets, registered, "api")


def marks(world: SlaWorld, kind: type[SlaBreached | SlaMet | SlaOverdue]) -> Counter[str]:
    """Count what stands in sla's journal, by ticket."""
    fields = {"stream": 1, "events.type": 1}
    found = world.database("sla")["journal"].find({"events.type": kind.type}, fields)
    return Counter(
        item["stream"] for item in found for event in item["events"] if event["type"] == kind.type
    )


def early(world: SlaWorld) -> list[str]:
    """Give the tickets of which a mark was recorded before its instant."""
    kinds = {"events.type": {"$in": [SlaBreached.type, SlaOverdue.type]}}
    return [
        item["stream"]
        for item in world.database("sla")["journal"].find(kinds)
        for event in item["events"]
        if "alarm_at" in event["data"] and event["data"]["alarm_at"] > item["recorded_at"]
    ]

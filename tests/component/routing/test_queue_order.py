"""In what order waiting work goes out: by priority, then by which clock comes due first."""

from collections.abc import Iterator
from functools import partial

import pytest

from tests.component.routing.world import REPLICAS, RoutingWorld, person
from tests.component.waiting import eventually, eventually_equal
from tests.servers import Servers

NINA = person("nina")


class ClockedWorld(RoutingWorld):
    """Routing beside a stand-in of sla, by which later tickets come due earlier."""

    stand_ins = RoutingWorld.stand_ins | {"sla": "tests.component.routing.clock"}


@pytest.fixture(scope="module")
def world(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClockedWorld]:
    with ClockedWorld(servers, tmp_path_factory.mktemp("order")) as started:
        started.start_all("intake", "sla", *REPLICAS)
        started.found(hq={}, it={"nina": {"capacity": 1, "active": True}})
        started.get("define_rule", {"id": "urgent", "order": 1, "kind": "incident", "unit": "it"})
        started.get(
            "define_rule", {"id": "it", "order": 2, "subject": "it", "unit": "it", "priority": 4}
        )
        for replica in REPLICAS:
            eventually(partial(started.knows, replica, "it"))
        yield started


def queue(world: RoutingWorld) -> list[str]:
    return [item["code"] for item in world.get("inbox", {}, NINA)["queue"]]


def test_what_comes_due_first_goes_first_within_a_priority(world: RoutingWorld) -> None:
    held = world.register()
    eventually_equal(lambda: world.ticket(held).get("assignee"), "nina")
    usual = [world.register() for _number in range(3)]
    urgent = [world.register(kind="incident") for _number in range(2)]
    wanted = [*reversed(urgent), *reversed(usual)]

    eventually_equal(lambda: queue(world), wanted)
    world.act(held, "withdraw", person("admin", "admin", "hq"))

    eventually_equal(lambda: world.ticket(wanted[0]).get("assignee"), "nina")
    assert [world.ticket(code)["assignee"] for code in wanted[1:]] == [None] * 4


def test_while_sla_is_away_age_decides(world: RoutingWorld) -> None:
    world.kill("sla")
    later = [world.register(kind="incident") for _number in range(2)]

    eventually(lambda: set(later) <= set(queue(world)))

    assert [code for code in queue(world) if code in later] == later
    world.start("sla")
    eventually_equal(lambda: [code for code in queue(world) if code in later], later[::-1])

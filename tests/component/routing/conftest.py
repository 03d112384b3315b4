"""A world for the tests of routing, started once for all of them."""

from collections.abc import Iterator
from functools import partial

import pytest

from tests.component.routing.world import PASSWORD, REPLICAS, RoutingWorld
from tests.component.waiting import eventually
from tests.servers import Servers


@pytest.fixture(scope="module")
def world(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RoutingWorld]:
    """Two replicas of routing with a small organisation."""
    with RoutingWorld(servers, tmp_path_factory.mktemp("routing")) as started:
        started.start_all("intake", *REPLICAS)
        _found(started)
        yield started


def _found(world: RoutingWorld) -> None:
    world.found(
        hq={
            "desk": {"role": "agent", "capacity": 1000, "password": PASSWORD},
            "manager": {"role": "manager", "capacity": 0, "email": "m@example.org"},
            "admin": {"role": "admin", "capacity": 0},
        },
        it={
            "e1": {"capacity": 1000, "hourly_rate": 3_600_000},
            "e2": {"capacity": 1000},
            "senior": {"tier": 2, "capacity": 1000},
            "supervisor": {"role": "supervisor", "tier": 3, "capacity": 0},
        },
        crowd={f"c{n}": {"capacity": 3} for n in range(20)},
        vault={f"v{n}": {"tier": 2} for n in range(50)},
    )
    rules = [
        {"id": "network", "order": 1, "subject": "it.network", "unit": "crowd"},
        {"id": "it", "order": 2, "subject": "it", "unit": "it", "priority": 2},
        {"id": "finance", "order": 3, "subject": "finance", "unit": "vault"},
    ]
    for rule in rules:
        world.get("define_rule", rule)
    for replica in REPLICAS:
        eventually(partial(world.knows, replica, "finance"), f"{replica} to know the rules")

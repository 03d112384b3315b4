"""A world for the tests of routing, started once for all of them."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from tests.component.routing.world import PASSWORD, World, running


@pytest.fixture(scope="module")
def world(
    mongo_uri: str, amqp_uri: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """Two replicas of routing with a small organisation."""
    prefix = f"test_{secrets.token_hex(4)}_"
    environment = {
        "MONGO_URI": mongo_uri,
        "AMQP_URI": amqp_uri,
        "PEYGIR_DATABASE_PREFIX": prefix,
    }
    logs: Path = tmp_path_factory.mktemp("routing")
    client: MongoClient[dict[str, Any]] = MongoClient(mongo_uri, timeoutMS=10_000)
    try:
        with running(World(environment, logs)) as started:
            started.database = client[prefix + "routing"]
            _found(started)
            yield started
    finally:
        with contextlib.closing(client):
            for service in ("intake", "routing"):
                client.drop_database(prefix + service)


def _found(world: World) -> None:
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

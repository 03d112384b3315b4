"""A world of sample services: one shared by a module's gentle tests, one for each rough test."""

import secrets
from collections.abc import Iterator

import pytest

from tests.component.chassis.world import Process, World
from tests.servers import Servers


@pytest.fixture(scope="module")
def world(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Databases and a virtual host for the tests of one module."""
    prefix = f"test_{secrets.token_hex(4)}_"
    with servers.new_vhost() as amqp_uri:
        world = World(servers.mongo_uri, amqp_uri, prefix, tmp_path_factory.mktemp("logs"))
        try:
            yield world
        finally:
            for name in world.mongo.list_database_names():
                if name.startswith(prefix):
                    world.mongo.drop_database(name)
            world.stop()


@pytest.fixture(scope="module")
def intake(world: World) -> Process:
    """An emitter that no test harms."""
    return world.start("intake")


@pytest.fixture(scope="module")
def sla(world: World, intake: Process) -> Process:
    """A consumer that no test harms."""
    return world.start("sla")

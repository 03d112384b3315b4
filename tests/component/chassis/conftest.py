"""Worlds of sample services: a shared one for tests that harm nothing, else one per module."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.component.chassis.world import Process, World
from tests.servers import Servers


@pytest.fixture(scope="session")
def gentle(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An emitter and a consumer that no test stops."""
    with _a_world(servers, tmp_path_factory.mktemp("gentle")) as world:
        for process in [world.begin("intake"), world.begin("sla")]:
            process.wait_ready()
        world.processes["sla"].wait_attached()
        yield world


@pytest.fixture(scope="session")
def intake(gentle: World) -> Process:
    """The emitter of the shared world."""
    return gentle.processes["intake"]


@pytest.fixture(scope="session")
def sla(gentle: World) -> Process:
    """The consumer of the shared world."""
    return gentle.processes["sla"]


@pytest.fixture(scope="module")
def world(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world for a module that treats it roughly; nothing runs in it yet."""
    with _a_world(servers, tmp_path_factory.mktemp("rough")) as world:
        yield world


@contextmanager
def _a_world(servers: Servers, logs: Path) -> Iterator[World]:
    prefix = f"test_{secrets.token_hex(4)}_"
    with servers.new_vhost() as amqp_uri:
        world = World(servers.mongo_uri, amqp_uri, prefix, logs)
        try:
            yield world
        finally:
            world.stop()

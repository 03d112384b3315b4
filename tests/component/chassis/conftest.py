"""Worlds of sample services: a shared one for tests that harm nothing, else one per module."""

from collections.abc import Iterator

import pytest

from tests.component.chassis.world import Sample, SampleWorld
from tests.servers import Servers


@pytest.fixture(scope="session")
def gentle(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SampleWorld]:
    """An emitter and a consumer that no test stops."""
    with SampleWorld(servers, tmp_path_factory.mktemp("gentle")) as world:
        world.start_all("intake", "sla")
        world.processes["sla"].wait_attached()
        yield world


@pytest.fixture(scope="session")
def intake(gentle: SampleWorld) -> Sample:
    """The emitter of the shared world."""
    return gentle.processes["intake"]


@pytest.fixture(scope="session")
def sla(gentle: SampleWorld) -> Sample:
    """The consumer of the shared world."""
    return gentle.processes["sla"]


@pytest.fixture(scope="module")
def world(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SampleWorld]:
    """A world for a module that treats it roughly; nothing runs in it yet."""
    with SampleWorld(servers, tmp_path_factory.mktemp("rough")) as world:
        yield world

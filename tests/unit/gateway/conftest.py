import pytest

from chassis import logging
from tests.unit.gateway.fakes import World
from tests.unit.gateway.samples import told


@pytest.fixture
def world() -> World:
    """A gateway whose services answer as on a good day."""
    return told(World())


@pytest.fixture(scope="session", autouse=True)
def _plain_log() -> None:
    """Log as in operation: the default draws every traceback in colours, which takes seconds."""
    logging.configure("gateway", "INFO")

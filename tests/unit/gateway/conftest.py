import pytest

from tests.unit.gateway.fakes import World
from tests.unit.gateway.samples import told


@pytest.fixture
def world() -> World:
    """A gateway whose services answer as on a good day."""
    return told(World())

"""One intake for all of its tests: each has tickets and requesters of its own."""

from collections.abc import Iterator

import pytest

from tests.component.intake.world import Intake
from tests.component.waiting import eventually
from tests.component.world import World
from tests.servers import Servers

_SUBJECTS_OF_THE_DEMO = 20


@pytest.fixture(scope="session")
def intake(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Intake]:
    with World(servers, tmp_path_factory.mktemp("intake"), ["intake"]) as world:
        started = Intake(world.start("intake", demo=1), world.database("intake"))
        subjects = started.database["subjects"]
        eventually(lambda: subjects.count_documents({}) >= _SUBJECTS_OF_THE_DEMO, "the catalogue")
        yield started

"""Fixtures that every test may ask for: real servers, and a whole installation."""

from tests import native  # isort: skip  # noqa: F401  (before all that imports eventlet)

import contextlib
import os
from collections.abc import Generator, Iterator
from pathlib import Path

import hypothesis
import pytest
import redis

from deploy.local.installation import Installation
from tests import evidence
from tests.servers import Servers, shared_servers, started_installation

_READY_SECONDS = 120.0
#: All tests of a worker come from one address, under the few names of the demo.
_MANY_SIGN_IN = {
    "PEYGIR_LIMIT_SIGN_IN": "10000/hour",
    "PEYGIR_LIMIT_SIGN_IN_NAME": "10000/hour",
}
_began = pytest.StashKey[float]()
_folder = pytest.StashKey[Path]()

# How long an example takes says what else the machine does. What decides whether a change lands
# tries the same examples every time; `make search` tries new ones.
hypothesis.settings.register_profile(
    "peygir",
    deadline=None,
    derandomize=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.register_profile(
    "search", hypothesis.settings.get_profile("peygir"), derandomize=False, print_blob=True
)
hypothesis.settings.load_profile("peygir")
# Its comparisons are to be shown as those of a test.
pytest.register_assert_rewrite("tests.component.waiting")


@pytest.fixture(scope="session", autouse=True)
def _remember_folder(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> None:
    pytestconfig.stash[_folder] = tmp_path_factory.getbasetemp()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show with a failure what the processes of its world wrote since its setup began."""
    report = yield
    began = item.stash.setdefault(_began, call.start)
    if report.failed and _folder in item.config.stash:
        folder = item.config.stash[_folder]
        report.sections += evidence.logs_written(folder, since=began)
    return report


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all worker processes of this test run have in common."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@pytest.fixture(scope="session")
def servers(run_folder: Path) -> Iterator[Servers]:
    """MongoDB, RabbitMQ and Redis, started once for the whole run."""
    with shared_servers(run_folder / "servers") as started:
        yield started


@pytest.fixture
def redis_url(servers: Servers) -> str:
    """An empty Redis database; worker processes have different ones."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    url = servers.redis_url.rpartition("/")[0] + f"/{worker}"
    with contextlib.closing(redis.Redis.from_url(url)) as client:
        client.flushdb()
    return url


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A whole installation with servers of its own and the demo organisation in it."""
    folder = tmp_path_factory.mktemp("installation")
    with started_installation(
        folder, demo=True, with_prometheus=True, environment=_MANY_SIGN_IN
    ) as started:
        started.start_processes()
        started.wait_ready(_READY_SECONDS)
        yield started

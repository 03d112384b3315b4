"""Fixtures that every test may ask for: real servers, and a whole installation."""

import contextlib

# Before eventlet: where it comes first, these get its green threads inside.
import http.server  # noqa: F401
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from deploy.local.installation import Installation
from tests.servers import Servers, shared_servers, started_installation

_READY_SECONDS = 120.0


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


@pytest.fixture(scope="session")
def mongo_uri(servers: Servers) -> str:
    return servers.mongo_uri


@pytest.fixture
def database_prefix(mongo_uri: str) -> Iterator[str]:
    """A beginning for names of databases that no other test uses; they are dropped afterwards."""
    prefix = f"test_{secrets.token_hex(4)}_"
    yield prefix
    # A transaction that a killed process has left may forbid it for a minute. The whole data folder
    # goes at the end of the run anyway.
    client: MongoClient[dict[str, Any]] = MongoClient(mongo_uri, timeoutMS=10_000)
    with client, contextlib.suppress(PyMongoError):
        for name in client.list_database_names():
            if name.startswith(prefix):
                client.drop_database(name)


@pytest.fixture(scope="module")
def amqp_uri(servers: Servers) -> Iterator[str]:
    """A virtual host of the broker for the tests of one module."""
    with servers.new_vhost() as uri:
        yield uri


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
    with started_installation(tmp_path_factory.mktemp("installation"), demo=True) as started:
        started.start_processes()
        started.wait_ready(_READY_SECONDS)
        yield started

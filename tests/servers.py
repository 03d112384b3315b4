"""Real servers: started once for a test run, with a corner of its own for each test."""

import base64
import contextlib
import fcntl
import http.client
import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote, urlsplit

import pytest

from deploy.local.installation import Installation
from deploy.local.programs import ProgramMissing

# The data is thrown away, so nothing is waited for that wants to store it well.
_STOP_SECONDS = 1.0
_ANSWER_SECONDS = 30


@dataclass(frozen=True)
class Servers:
    """Where MongoDB, RabbitMQ and Redis of this test run answer."""

    mongo_uri: str
    amqp_uri: str
    redis_url: str
    broker_management: str

    @contextlib.contextmanager
    def new_vhost(self) -> Iterator[str]:
        """A virtual host of the broker for one user: gives its AMQP URI, deletes it after."""
        name = f"test-{secrets.token_hex(6)}"
        self._manage("PUT", f"/api/vhosts/{name}")
        try:
            yield f"{self.amqp_uri.rstrip('/')}/{quote(name, safe='')}"
        finally:
            self._manage("DELETE", f"/api/vhosts/{name}")

    def _manage(self, method: str, path: str) -> None:
        login = urlsplit(self.amqp_uri)
        token = base64.b64encode(f"{login.username}:{login.password}".encode()).decode()
        connection = http.client.HTTPConnection(
            urlsplit(self.broker_management).netloc, timeout=_ANSWER_SECONDS
        )
        with contextlib.closing(connection):
            connection.request(method, path, headers={"Authorization": f"Basic {token}"})
            answer = connection.getresponse()
            if answer.status >= http.HTTPStatus.BAD_REQUEST:
                message = f"{method} {path}: {answer.status} {answer.read()!r}"
                raise AssertionError(message)


@contextlib.contextmanager
def shared_servers(folder: Path) -> Iterator[Servers]:
    """The servers of this test run, whichever of its worker processes comes first to start them.

    Each worker holds the file `users` shared as long as it needs the servers. The one that
    started them stops them, as soon as it gets that file for itself.
    """
    folder.mkdir(parents=True, exist_ok=True)
    told = folder / "servers.json"
    with (folder / "starting").open("w") as starting, (folder / "users").open("w") as users:
        fcntl.flock(starting, fcntl.LOCK_EX)
        if told.exists():
            fcntl.flock(users, fcntl.LOCK_SH)
            fcntl.flock(starting, fcntl.LOCK_UN)
            yield Servers(**json.loads(told.read_text()))
            return
        with started_servers(folder / "data") as servers:
            told.write_text(json.dumps(asdict(servers)))
            fcntl.flock(starting, fcntl.LOCK_UN)
            yield servers
            fcntl.flock(users, fcntl.LOCK_EX)


@contextlib.contextmanager
def started_servers(folder: Path) -> Iterator[Servers]:
    """Servers of one's own, for tests that do them harm."""
    with started_installation(folder) as installation:
        yield servers_of(installation)


def servers_of(installation: Installation) -> Servers:
    """Give where the servers of an installation answer."""
    addresses = installation.addresses
    return Servers(
        mongo_uri=addresses.mongo_uri,
        amqp_uri=addresses.amqp_uri,
        redis_url=addresses.redis_url,
        broker_management=addresses.broker_management or "",
    )


@contextlib.contextmanager
def started_installation(folder: Path, **options: Any) -> Iterator[Installation]:
    """An installation whose servers run; `options` are those of Installation."""
    try:
        installation = Installation(folder, **options)
    except ProgramMissing as missing:
        _do_without(str(missing))
    try:
        installation.start_servers()
        yield installation
    finally:
        installation.stop(_STOP_SECONDS)


def _do_without(reason: str) -> NoReturn:
    """Skip where a developer has no server, fail where the tests decide what lands."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)

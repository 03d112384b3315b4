"""The real intake service, as a process of its own on real servers."""

import contextlib
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from chassis.calls import wire
from chassis.identity import ANONYMOUS, Identity, Signer
from deploy.local.ports import HOST, PortBlock
from deploy.local.processes import ROOT
from deploy.local.waiting import answers_ok, wait_until
from tests.http import Answer, Http
from tests.servers import Servers

DESK = Identity(subject="person:desk", role="agent", unit="desk", tier=1)
ADMIN = Identity(subject="person:admin", role="admin")
IMPORTER = Identity(subject="key:importer", role="importer")
START_SECONDS = 30


@dataclass
class Intake:
    """What tests do with the service."""

    url: str
    database: Database[dict[str, Any]]
    signer: Signer
    clients: list[Http] = field(default_factory=list)

    def client(self) -> Http:
        """A connection of one's own, for a thread."""
        client = Http(self.url)
        self.clients.append(client)
        return client

    def call(
        self,
        method: str,
        request: dict[str, Any],
        *,
        by: Identity = ANONYMOUS,
        key: str | None = None,
        at: datetime | None = None,
        client: Http | None = None,
    ) -> Answer:
        headers = {
            wire.PASS: self.signer.sign(by, now=time.time()),
            wire.KEY: key or secrets.token_hex(8),
        }
        if at is not None:
            headers[wire.AT] = at.isoformat()
        sender = client or (self.clients[0] if self.clients else self.client())
        return sender.request("POST", wire.PATH + method, request, headers=headers)

    def register(self, key: str | None = None, **changes: Any) -> Answer:
        how = {name: changes.pop(name) for name in ("by", "at", "client") if name in changes}
        return self.call("register_ticket", a_request(**changes), key=key, **how)

    def code_of_new_ticket(self, **changes: Any) -> str:
        return str(self.register(**changes).expect(200).json["code"])

    def content(self, code: str) -> dict[str, Any]:
        answer = self.call("describe_tickets", {"codes": [code]}, by=ADMIN).expect(200)
        content: dict[str, Any] = answer.json[code]
        return content

    def events(self, stream: str) -> list[dict[str, Any]]:
        """What the journal holds of a stream."""
        commits = self.database["journal"].find({"stream": stream}).sort("version")
        return [event for commit in commits for event in commit["events"]]


def a_mobile() -> str:
    """A mobile number that no other test has."""
    return f"0912{secrets.randbelow(10**7):07}"


def a_request(**changes: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "subject": "it.network",
        "title": "قطعی شبکه",
        "description": "از صبح اینترنت طبقهٔ سوم قطع است.",
        "requester": {"name": "سارا احمدی", "mobile": a_mobile()},
    }
    return fields | changes


@pytest.fixture(scope="session")
def intake(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Intake]:
    prefix, key = f"test_{secrets.token_hex(4)}_", secrets.token_hex(32)
    client: MongoClient[dict[str, Any]] = MongoClient(
        servers.mongo_uri, timeoutMS=10_000, tz_aware=True
    )
    with PortBlock(["calls", "metrics"]) as block, servers.new_vhost() as amqp_uri, client:
        environment = {
            "AMQP_URI": amqp_uri,
            "MONGO_URI": servers.mongo_uri,
            "REDIS_URL": servers.redis_url,
            "PEYGIR_DATABASE_PREFIX": prefix,
            "PEYGIR_CALL_KEYS": key,
            "PEYGIR_CALL_PORT": str(block.ports["calls"]),
            "PEYGIR_METRICS_PORT": str(block.ports["metrics"]),
            "PEYGIR_DEMO": "1",
        }
        service = Intake(
            f"http://{HOST}:{block.ports['calls']}", client[f"{prefix}intake"], Signer([key])
        )
        ready = f"http://{HOST}:{block.ports['metrics']}/readyz"
        with running(environment, tmp_path_factory.mktemp("intake") / "log", ready):
            wait_until(lambda: has_demo_catalogue(service), seconds=START_SECONDS, what="the demo")
            yield service
        for connection in service.clients:
            connection.close()
        client.drop_database(service.database.name)


@contextlib.contextmanager
def running(environment: dict[str, str], log: Path, ready: str) -> Iterator[None]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "chassis.runner", "intake"],
            cwd=ROOT,
            env=os.environ | environment,
            stdout=output,
            stderr=output,
        )
    try:
        wait_until(lambda: answers_ok(ready), seconds=START_SECONDS, what=f"intake, see {log}")
        yield
    finally:
        process.terminate()
        assert process.wait(30) == 0


def has_demo_catalogue(intake: Intake) -> bool:
    return intake.database["subjects"].count_documents({}) >= 18


def eventually(holds: Callable[[], object], what: str) -> None:
    wait_until(holds, seconds=15, what=what)

"""Two replicas of routing and a stand-in of intake: processes of their own on real servers."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from pymongo.database import Database

from chassis.calls import wire
from chassis.identity import Identity, Signer

PASSWORD = "a long password"
ADMIN = Identity(subject="person:admin", role="admin")
IMPORTER = Identity(subject="key:importer", role="importer")
_ROOT = Path(__file__).parents[3]


class Answer(NamedTuple):
    """What a call gave."""

    status: int
    body: Any

    @property
    def code(self) -> str:
        return str(self.body["code"])


class World:
    """The processes, and how to speak to them."""

    #: Routing's own, for looking at what is stored and for breaking it.
    database: Database[dict[str, Any]]

    def __init__(self, environment: dict[str, str], logs: Path) -> None:
        key = secrets.token_hex(32)
        self._signer = Signer([key])
        self._logs = logs
        self._ports = {name: _free_port() for name in ("intake", "routing-1", "routing-2")}
        self._environment = (
            os.environ
            | environment
            | {
                "PEYGIR_CALL_KEYS": key,
                "PEYGIR_INTAKE_URL": f"http://127.0.0.1:{self._ports['intake']}",
                "PEYGIR_RESERVATION": "PT2S",
            }
        )
        self._processes: list[subprocess.Popen[bytes]] = []
        self._codes = iter(range(10**11, 2 * 10**11))

    def start(self) -> None:
        """Start everything and wait until it answers."""
        for name, port in self._ports.items():
            module = ["tests.component.routing.intake"]
            if name != "intake":
                module = ["chassis.runner", "routing"]
            with (self._logs / f"{name}.log").open("ab") as log:
                process = subprocess.Popen(
                    [sys.executable, "-W", "ignore", "-m", *module],
                    env=self._environment | {"PEYGIR_CALL_PORT": str(port)},
                    cwd=_ROOT,
                    stdout=log,
                    stderr=log,
                )
                self._processes.append(process)
        for name, method in (
            ("intake", "subjects"),
            ("routing-1", "units"),
            ("routing-2", "units"),
        ):
            eventually(partial(self._answers, name, method), seconds=40)

    def stop(self) -> None:
        """End all processes."""
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    # -- speaking to them ------------------------------------------------------------------------

    def call(
        self,
        method: str,
        request: dict[str, Any],
        identity: Identity = ADMIN,
        *,
        to: str = "routing-1",
        key: str | None = None,
        at: datetime | None = None,
    ) -> Answer:
        """Call a process."""
        headers = {
            wire.PASS: self._signer.sign(identity, now=time.time()),
            wire.SECONDS: "10",
            wire.KEY: key or secrets.token_hex(8),
            "Content-Type": "application/json",
        }
        if at is not None:
            headers[wire.AT] = at.isoformat()
        connection = http.client.HTTPConnection("127.0.0.1", self._ports[to], timeout=20)
        connection.request("POST", wire.PATH + method, json.dumps(request), headers)
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return Answer(response.status, json.loads(body))

    def get(self, method: str, request: dict[str, Any], identity: Identity = ADMIN) -> Any:
        """Give the body of an answer that must be good."""
        answer = self.call(method, request, identity)
        assert answer.status == http.HTTPStatus.OK, (method, answer)
        return answer.body

    def act(
        self,
        code: str,
        action: str,
        identity: Identity,
        *,
        to: str = "routing-1",
        key: str | None = None,
        at: datetime | None = None,
        **arguments: Any,
    ) -> Answer:
        """Do an action."""
        request = {"code": code, "action": action, "arguments": arguments}
        return self.call("act", request, identity, to=to, key=key, at=at)

    def register(
        self, *, subject: str = "it.software", at: datetime | None = None, **fields: Any
    ) -> str:
        """Have intake tell of a request; gives its code at once."""
        code = str(next(self._codes))
        registered = {
            "subject": subject,
            "kind": "request",
            "channel": "web",
            "requester": "r1",
            "segment": "public",
            "language": "fa",
            "content": {"id": "c", "sha256": "0"},
            **fields,
        }
        events = [{"type": "ticket.registered", "data": registered}]
        moment = (at or datetime.now(UTC)).isoformat()
        told = self.call("tell", {"stream": code, "at": moment, "events": events}, to="intake")
        assert told.status == http.HTTPStatus.OK, told
        return code

    def message(self, code: str) -> None:
        """Have intake tell that the requester wrote."""
        data = {"message": {"id": "m", "sha256": "0"}, "channel": "web"}
        events = [{"type": "ticket.message_received", "data": data}]
        self.call(
            "tell",
            {"stream": code, "at": datetime.now(UTC).isoformat(), "events": events},
            to="intake",
        )

    def ticket(self, code: str) -> dict[str, Any]:
        """Give a ticket as administrators see it; empty while it is not there."""
        answer = self.call("ticket", {"code": code})
        return answer.body if answer.status == http.HTTPStatus.OK else {}

    def together(self, calls: Iterable[Callable[[], Answer]]) -> list[Answer]:
        """Make calls at the same time."""
        with ThreadPoolExecutor(50) as pool:
            return [future.result() for future in [pool.submit(call) for call in calls]]

    def found(self, **units: dict[str, dict[str, Any]]) -> None:
        """Define units with their people, {unit: {person: fields}}, and what signs them in."""
        for unit, people in units.items():
            parent = None if unit == "hq" else "hq"
            names = {"en": unit}
            define = {"id": unit, "title": names, "parent": parent, "desk": unit == "hq"}
            self.get("define_unit", define)
            for person, fields in people.items():
                usual = {"id": person, "name": f"Name of {person}", "role": "expert", "unit": unit}
                self.get("define_person", usual | fields)

    def _answers(self, name: str, method: str) -> bool:
        assert all(process.poll() is None for process in self._processes), "a process has ended"
        try:
            return self.call(method, {}, to=name).status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False


def person(name: str, role: str = "expert", unit: str = "it", tier: int = 1) -> Identity:
    return Identity(subject=f"person:{name}", role=role, unit=unit, tier=tier)


@contextmanager
def running(world: World) -> Iterator[World]:
    """Start everything, stop everything."""
    try:
        world.start()
        yield world
    finally:
        world.stop()


def eventually(holds: Callable[[], Any], *, seconds: float = 20) -> None:
    """Wait until something holds; fails when it takes too long."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come to hold in time"
        time.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

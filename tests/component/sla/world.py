"""Replicas of sla beside tellers that stand for intake and routing, on real servers."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from pymongo import MongoClient

from chassis.calls import wire
from chassis.identity import Identity, Signer
from contracts import Event, wire_type
from deploy.local.ports import PortBlock

ADMIN = Identity(subject="person:admin", role="admin")
AGENT = Identity(subject="person:desk", role="agent")
_ROOT = Path(__file__).parents[3]
E = TypeVar("E", bound=Event)

_TELLERS = ("intake", "routing")


class World:
    """The processes, and how to speak with them."""

    def __init__(self, environment: dict[str, str], logs: Path, replicas: int) -> None:
        key = secrets.token_hex(32)
        self._signer = Signer([key])
        self.replicas = [f"sla-{number}" for number in range(1, replicas + 1)]
        names = (*_TELLERS, *self.replicas)
        self._block = PortBlock([*names, *(f"{name}-metrics" for name in names)])
        self._ports = self._block.ports
        urls = {
            f"PEYGIR_{name.upper()}_URL": f"http://127.0.0.1:{self._ports[name]}"
            for name in _TELLERS
        }
        self._environment = os.environ | environment | urls | {"PEYGIR_CALL_KEYS": key}
        self._logs = logs
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, *names: str) -> None:
        """Start processes and wait until they answer."""
        for name in names:
            self._spawn(name)
        eventually(lambda: all(self._answers(name) for name in names), seconds=60)

    def start_all(self) -> None:
        self.start(*_TELLERS, *self.replicas)

    def kill(self, name: str) -> None:
        """End a process as a power cut would."""
        process = self._processes.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def kill_holder_of(self, lease: str) -> None:
        """End the process that holds a lease of sla's."""
        with MongoClient[dict[str, Any]](self._environment["MONGO_URI"]) as client:
            database = client[self._environment["PEYGIR_DATABASE_PREFIX"] + "sla"]
            held = database["leases"].find_one({"_id": lease})
        assert held is not None
        pid = int(held["holder"].split(":")[1])
        self.kill(next(name for name, process in self._processes.items() if process.pid == pid))

    def stop(self) -> None:
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._block.release()

    def tell(self, code: str, event: Event, at: datetime | None = None) -> None:
        """Have the event's service record it, as having happened now or earlier."""
        told = {"type": event.type, "data": msgspec.to_builtins(event)}
        instant = at or datetime.now(UTC)
        request = {"stream": code, "at": instant.isoformat(), "events": [told]}
        self.ask(event.service, "tell", request)

    def define(self, kind: str, name: str, definition: dict[str, Any]) -> dict[str, Any]:
        request = {"id": name, "definition": definition}
        return self.ask(self.replicas[0], f"define_{kind}", request)

    def recorded(self, kind: type[E]) -> dict[str, list[E]]:
        """Give the events of a kind that sla has published, by ticket."""
        part = self.ask(self._a_replica(), "journal_log", {"after": 0, "limit": 5000})
        found: dict[str, list[E]] = {}
        for event in part["events"]:
            if event["type"] == wire_type(kind.type):
                data = msgspec.convert(event["data"], kind, strict=False)
                found.setdefault(event["subject"], []).append(data)
        return found

    def count(self, kind: type[Event]) -> Counter[str]:
        """Count the events of a kind by ticket."""
        return Counter({code: len(events) for code, events in self.recorded(kind).items()})

    def ask(self, name: str, method: str, request: dict[str, Any], **options: Any) -> Any:
        """Call a process; raises AssertionError unless it answers well."""
        status, answer = self.call(name, method, request, **options)
        assert status == http.HTTPStatus.OK, (name, method, answer)
        return answer

    def call(
        self,
        name: str,
        method: str,
        request: dict[str, Any],
        *,
        key: str | None = None,
        identity: Identity = ADMIN,
    ) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self._ports[name], timeout=10)
        headers = {
            wire.PASS: self._signer.sign(identity, now=time.time()),
            wire.SECONDS: "10",
            wire.KEY: key or secrets.token_hex(8),
            "Content-Type": "application/json",
        }
        connection.request("POST", wire.PATH + method, json.dumps(request), headers)
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return response.status, json.loads(body)

    def _spawn(self, name: str) -> None:
        teller = name in _TELLERS
        what = "tests.component.reporting.teller" if teller else "chassis.runner"
        with (self._logs / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", what, name.partition("-")[0]],
                env=self._environment
                | {
                    "PEYGIR_CALL_PORT": str(self._ports[name]),
                    "PEYGIR_METRICS_PORT": str(self._ports[f"{name}-metrics"]),
                },
                cwd=_ROOT,
                stdout=log,
                stderr=log,
            )

    def _a_replica(self) -> str:
        return next(name for name in self.replicas if name in self._processes)

    def _answers(self, name: str) -> bool:
        try:
            self.ask(name, "journal_log", {})
        except (OSError, http.client.HTTPException, AssertionError):
            return False
        return True


def eventually(holds: Callable[[], bool], *, seconds: float = 20) -> None:
    """Wait until something holds; fails when it takes too long."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come to hold in time"
        time.sleep(0.05)


def wait_until(instant: datetime) -> None:
    """Wait for an instant, such as a target's end, that the test is about."""
    pause = (instant - datetime.now(UTC)) / timedelta(seconds=1)
    time.sleep(max(0.0, pause))

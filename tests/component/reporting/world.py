"""Reporting among tellers of events: processes of their own on real servers."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

from chassis.calls import wire
from chassis.identity import Identity, Signer
from contracts.envelope import CloudEvent

TELLERS = ("intake", "routing", "sla", "notify")
_ANYBODY = Identity(subject="person:admin", role="admin")
_ROOT = Path(__file__).parents[3]


class World:
    """Four tellers and the reporting service."""

    def __init__(self, environment: dict[str, str], logs: Path) -> None:
        self._key = secrets.token_hex(32)
        self._signer = Signer([self._key])
        self._ports = {name: _free_port() for name in (*TELLERS, "reporting")}
        urls = {
            f"PEYGIR_{name.upper()}_URL": f"http://127.0.0.1:{port}"
            for name, port in self._ports.items()
        }
        self._environment = os.environ | environment | urls | {"PEYGIR_CALL_KEYS": self._key}
        self._logs = logs
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str) -> None:
        """Start a process and wait until it answers."""
        what = ["chassis.runner"] if name == "reporting" else ["tests.component.reporting.teller"]
        with (self._logs / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", *what, name],
                env=self._environment | {"PEYGIR_CALL_PORT": str(self._ports[name])},
                cwd=_ROOT,
                stdout=log,
                stderr=log,
            )
        method = "reports" if name == "reporting" else "journal_log"
        eventually(lambda: self._answers(name, method), seconds=30)

    def kill(self, name: str) -> None:
        """End a process as a power cut would."""
        process = self._processes.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        """End all processes."""
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def tell(self, events: Sequence[CloudEvent]) -> None:
        """Have the services record events, in the order given."""
        for (service, subject, at), run in groupby(
            events, lambda event: (event.service, event.subject, event.time)
        ):
            told = [
                {"type": event.event_type, "data": json.loads(bytes(event.data))} for event in run
            ]
            request = {"stream": subject, "at": at.isoformat(), "events": told}
            self.call(service, "tell", request)

    def report(self, name: str, **wanted: Any) -> list[list[Any]]:
        """Give the rows of a report."""
        rows: list[list[Any]] = self.call("reporting", "report", {"name": name} | wanted)["rows"]
        return rows

    def call(self, service: str, method: str, request: dict[str, Any]) -> Any:
        """Call a service; raises AssertionError unless it answers well."""
        connection = http.client.HTTPConnection("127.0.0.1", self._ports[service], timeout=10)
        headers = {
            wire.PASS: self._signer.sign(_ANYBODY, now=time.time()),
            wire.SECONDS: "10",
            wire.KEY: secrets.token_hex(8),
            "Content-Type": "application/json",
        }
        connection.request("POST", wire.PATH + method, json.dumps(request), headers)
        response = connection.getresponse()
        body = response.read()
        connection.close()
        assert response.status == http.HTTPStatus.OK, (service, method, body)
        return json.loads(body)

    def _answers(self, name: str, method: str) -> bool:
        try:
            self.call(name, method, {})
        except (OSError, http.client.HTTPException, AssertionError):
            return False
        return True


@contextmanager
def running(world: World) -> Iterator[World]:
    """Start everything, stop everything."""
    try:
        for name in (*TELLERS, "reporting"):
            world.start(name)
        yield world
    finally:
        world.stop()


def eventually(holds: Callable[[], bool], *, seconds: float = 15) -> None:
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

"""One process of ours from start to end, and calls to a service with the internal pass.

What a suite starts, and with which settings, stands in its `world.py`.
"""

import contextlib
import http.client
import json
import os
import re
import secrets
import signal
import subprocess
import time
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from chassis.calls import wire
from chassis.identity import Identity, Signer
from deploy.local.ports import HOST
from deploy.local.programs import Program
from deploy.local.waiting import answers_ok
from tests.component.waiting import eventually
from tests.http import Answer

ADMIN = Identity(subject="person:admin", role="admin")
#: Nobody listens there.
NOWHERE = f"{HOST}:9"

_ANSWER_SECONDS = 30.0
_END_SECONDS = 15.0


class Process:
    """One running program, which writes to a log of its own."""

    def __init__(
        self, program: Program, environment: Mapping[str, str], log: Path, ready: str
    ) -> None:
        """Start it; `ready` is the address that answers well once it is ready."""
        self.name = program.name
        self.log = log
        self._ready = ready
        with log.open("ab") as output:
            self._popen = subprocess.Popen(
                program.command,
                cwd=program.folder,
                env=_without_ours() | program.environment | environment,
                stdout=output,
                stderr=output,
            )

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def running(self) -> bool:
        return self._popen.poll() is None

    def wait_ready(self) -> None:
        eventually(self._is_ready, f"{self.name} to be ready")

    def signal(self, number: int) -> None:
        self._popen.send_signal(number)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._popen.kill()
        self._popen.wait()

    def wait(self, seconds: float = _END_SECONDS) -> int:
        """Wait for its end; gives the exit status."""
        return self._popen.wait(seconds)

    def _is_ready(self) -> bool:
        assert self.running, f"{self.name} has ended"
        return answers_ok(self._ready)


class Service(Process):
    """A process that takes calls at one port, and operators' questions at another."""

    def __init__(
        self, program: Program, environment: Mapping[str, str], log: Path, signer: Signer
    ) -> None:
        told = program.environment | environment
        self.port = int(told["PEYGIR_CALL_PORT"])
        self.metrics_port = int(told["PEYGIR_METRICS_PORT"])
        self._signer = signer
        super().__init__(program, environment, log, f"http://{HOST}:{self.metrics_port}/readyz")

    def wait_attached(self) -> None:
        """Wait until it receives from the broker."""
        eventually(lambda: self.metric("peygir_broker_connected"), f"{self.name} to be attached")

    def look(self, path: str) -> Answer:
        """Ask the operators' port."""
        return _send(self.metrics_port, "GET", path, None, {}, _ANSWER_SECONDS)()

    def metric(self, name: str, **labels: str) -> float:
        """Sum the samples of a metric that have these labels."""
        wanted = {f'{label}="{value}"' for label, value in labels.items()}
        samples = re.findall(
            rf"^{name}(?:\{{(.*)\}})? (\S+)$", self.look("/metrics").text, re.MULTILINE
        )
        return sum(float(value) for found, value in samples if wanted <= set(found.split(",")))

    def ask(self, method: str, request: Any, **options: Any) -> Any:
        """Call; fails unless it is answered well."""
        return self.call(method, request, **options).expect(http.HTTPStatus.OK).json

    def call(self, method: str, request: Any, **options: Any) -> Answer:
        """Call, and give whatever comes; the options are those of `begin_call`."""
        return self.begin_call(method, request, **options)()

    def begin_call(
        self,
        method: str,
        request: Any,
        *,
        by: Identity = ADMIN,
        key: str | None = None,
        at: datetime | None = None,
        seconds: float = _ANSWER_SECONDS,
    ) -> Callable[[], Answer]:
        """Send a call; gives what waits for the answer."""
        headers = self.headers(by, seconds=seconds) | {wire.KEY: key or secrets.token_hex(8)}
        if at is not None:
            headers[wire.AT] = at.isoformat()
        body = json.dumps(request)
        return _send(self.port, "POST", wire.PATH + method, body, headers, seconds + 5)

    def headers(
        self, by: Identity = ADMIN, *, seconds: float = _ANSWER_SECONDS
    ) -> dict[str, str]:
        """Give what a call needs to be accepted."""
        return {
            wire.PASS: self._signer.sign(by, now=time.time()),
            wire.SECONDS: str(seconds),
            "Content-Type": "application/json",
        }


def end(processes: Collection[Process]) -> None:
    """End processes side by side: in good order, or else as a power cut would."""
    for process in processes:
        process.signal(signal.SIGTERM)
    for process in processes:
        try:
            process.wait()
        except subprocess.TimeoutExpired:
            process.kill()


def _without_ours() -> dict[str, str]:
    """Give our own environment, without the options of an installation beside the tests."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PEYGIR_")}


def _send(
    port: int, method: str, path: str, body: str | None, headers: dict[str, str], seconds: float
) -> Callable[[], Answer]:
    connection = http.client.HTTPConnection(HOST, port, timeout=seconds)
    connection.request(method, path, body, headers)

    def answer() -> Answer:
        with contextlib.closing(connection):
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())

    return answer

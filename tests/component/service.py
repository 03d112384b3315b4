"""A service as a process: calls with the internal pass, and what its operators see."""

import contextlib
import http.client
import json
import re
import secrets
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from chassis.calls import wire
from chassis.identity import Identity, Signer
from deploy.local.ports import HOST
from deploy.local.programs import Program
from tests.component.processes import Process
from tests.component.waiting import eventually
from tests.http import Answer

ADMIN = Identity(subject="person:admin", role="admin")
_ANSWER_SECONDS = 30.0


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

    def headers(self, by: Identity = ADMIN, *, seconds: float = _ANSWER_SECONDS) -> dict[str, str]:
        """Give what a call needs to be accepted."""
        return {
            wire.PASS: self._signer.sign(by, now=time.time()),
            wire.SECONDS: str(seconds),
            "Content-Type": "application/json",
        }


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

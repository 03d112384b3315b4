"""Notify among its neighbours, with the local SMS provider and mail server, on real servers."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from chassis.calls import wire
from chassis.identity import Identity, Signer
from contracts import Event
from deploy.local.ports import HOST
from deploy.local.processes import ROOT
from deploy.local.waiting import answers_ok
from tests.http import Http

ADMIN = Identity(subject="person:admin", role="admin")
NEIGHBOURS = ("intake", "routing", "sla")
SMS, MAIL = "sms-provider", "mail-sink"
PORTS = ("intake", "routing", "sla", "notify-1", "notify-2", SMS, MAIL, "smtp")
_SMS_KEY = "local-key"


class World:
    """The processes, and how to speak with them."""

    def __init__(self, environment: dict[str, str], logs: Path, ports: dict[str, int]) -> None:
        key = secrets.token_hex(32)
        self._signer = Signer([key])
        self._ports = ports
        self._logs = logs
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._environment = (
            os.environ
            | environment
            | {
                "PEYGIR_CALL_KEYS": key,
                "PEYGIR_SMTP_URL": f"smtp://{HOST}:{ports['smtp']}",
                "PEYGIR_KAVENEGAR_URL": self._url(SMS),
                "PEYGIR_KAVENEGAR_KEY": _SMS_KEY,
                "PEYGIR_PUBLIC_URL": "https://peygir.example.ir",
                **{f"PEYGIR_{name.upper()}_URL": self._url(name) for name in NEIGHBOURS},
            }
        )
        self.sms, self.mail = Http(self._url(SMS)), Http(self._url(MAIL))

    def start(self, *names: str) -> None:
        """Start processes and wait until they answer."""
        for name in names:
            self._spawn(name)
        for name in names:
            eventually(lambda name=name: self._answers(name), seconds=60)

    def kill(self, name: str, how: signal.Signals = signal.SIGKILL) -> None:
        """End a process: as a power cut would, or as told."""
        process = self._processes.pop(name)
        process.send_signal(how)
        process.wait(30)

    def stop(self) -> None:
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def tell(self, code: str, *events: Event) -> None:
        """Have a service record events that happen now."""
        told = [{"type": event.type, "data": msgspec.to_builtins(event)} for event in events]
        request = {"stream": code, "at": datetime.now(UTC).isoformat(), "events": told}
        self.ask(events[0].service, "tell", request)

    def deliveries(self, code: str) -> list[dict[str, Any]]:
        """Give what notify has on record about a ticket; nothing while it does not know it."""
        status, answer = self.call("notify-1", "deliveries", {"code": code})
        return answer if status == http.HTTPStatus.OK else []

    def states(self, code: str) -> list[str]:
        return [each["state"] for each in self.deliveries(code)]

    def short_messages(self) -> list[dict[str, Any]]:
        messages: list[dict[str, Any]] = self.sms.get("/messages").json
        return messages

    def letters(self, to: str | None = None) -> list[dict[str, Any]]:
        letters: list[dict[str, Any]] = self.mail.get(
            f"/messages?to={to}" if to else "/messages"
        ).json
        return letters

    def ask(self, name: str, method: str, request: dict[str, Any]) -> Any:
        """Call a process; raises AssertionError unless it answers well."""
        status, answer = self.call(name, method, request)
        assert status == http.HTTPStatus.OK, (name, method, answer)
        return answer

    def call(
        self, name: str, method: str, request: dict[str, Any], identity: Identity = ADMIN
    ) -> tuple[int, Any]:
        connection = http.client.HTTPConnection(HOST, self._ports[name], timeout=10)
        headers = {
            wire.PASS: self._signer.sign(identity, now=time.time()),
            wire.SECONDS: "10",
            wire.KEY: secrets.token_hex(8),
            "Content-Type": "application/json",
        }
        connection.request("POST", wire.PATH + method, json.dumps(request), headers)
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return response.status, json.loads(body)

    def _spawn(self, name: str) -> None:
        with (self._logs / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", *self._arguments(name)],
                env=self._environment | {"PEYGIR_CALL_PORT": str(self._ports[name])},
                cwd=ROOT,
                stdout=log,
                stderr=log,
            )

    def _arguments(self, name: str) -> list[str]:
        port = str(self._ports[name])
        if name == SMS:
            return ["deploy.local.sms_provider", "--port", port]
        if name == MAIL:
            smtp = str(self._ports["smtp"])
            return ["deploy.local.mail_sink", "--smtp-port", smtp, "--http-port", port]
        if name in NEIGHBOURS:
            return ["tests.component.notify.neighbours", name]
        return ["chassis.runner", "notify"]

    def _answers(self, name: str) -> bool:
        if name in (SMS, MAIL):
            return answers_ok(f"{self._url(name)}/healthz")
        try:
            self.ask(name, "journal_log", {})
        except (OSError, http.client.HTTPException, AssertionError):
            return False
        return True

    def _url(self, name: str) -> str:
        return f"http://{HOST}:{self._ports[name]}"


def eventually(holds: Callable[[], bool], *, seconds: float = 20) -> None:
    """Wait until something holds; fails when it takes too long."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come to hold in time"
        time.sleep(0.05)

"""Notify among its neighbours, with the local SMS provider and mail server."""

import http
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from chassis.identity import Identity
from deploy.local import processes as installed
from deploy.local.ports import HOST
from deploy.local.processes import MAIL_SINK, PUSH_SINK, SMS_PROVIDER, SMTP
from tests.component.processes import Process
from tests.component.world import World
from tests.http import Http
from tests.servers import Servers

AGENT = Identity(subject="person:desk", role="agent")
NEIGHBOURS = ("intake", "routing", "sla")


class NotifyWorld(World):
    """Two replicas of notify, and what the people whom they write to get."""

    stand_ins = dict.fromkeys(NEIGHBOURS, "tests.component.notify.neighbours")
    settings = {
        "walk_seconds": 1,
        "lease_seconds": 1,
        "smtp_connections": 4,
        "retry_seconds": "0.2,0.5,1,2,5,10",
        "kavenegar_key": "local-key",
        "kavenegar_seconds": 2,
        "notice_retry_seconds": "0.2,0.2,0.5,1,1,1,1,1",
        "public_url": "https://peygir.example.ir",
        "push_key": "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA",
        "push_seconds": 2,
    }

    def __init__(self, servers: Servers, logs: Path, more_ports: Sequence[str] = ()) -> None:
        names = [*NEIGHBOURS, "notify-1", "notify-2"]
        sinks = [SMS_PROVIDER, MAIL_SINK, SMTP, PUSH_SINK]
        super().__init__(servers, logs, names, more_ports=[*sinks, *more_ports])
        self._environment |= {
            "PEYGIR_SMTP_URL": f"smtp://{HOST}:{self.ports[SMTP]}",
            "PEYGIR_KAVENEGAR_URL": self.url(SMS_PROVIDER),
            "PEYGIR_PUSH_INSIDE": self.url(PUSH_SINK),
        }
        self.sms, self.mail = Http(self.url(SMS_PROVIDER)), Http(self.url(MAIL_SINK))
        self.push = Http(self.url(PUSH_SINK))

    def deliveries(self, code: str) -> list[dict[str, Any]]:
        """Give what notify has on record about a ticket; nothing while it does not know it."""
        answer = self.call("notify-1", "deliveries", {"code": code})
        return answer.json if answer.status == http.HTTPStatus.OK else []

    def states(self, code: str) -> list[str]:
        return [each["state"] for each in self.deliveries(code)]

    def short_messages(self) -> list[dict[str, Any]]:
        messages: list[dict[str, Any]] = self.sms.get("/messages").json
        return messages

    def letters(self, to: str | None = None) -> list[dict[str, Any]]:
        path = f"/messages?to={to}" if to else "/messages"
        letters: list[dict[str, Any]] = self.mail.get(path).json
        return letters

    def _process(self, name: str, environment: Mapping[str, str], log: Path) -> Process:
        if name == SMS_PROVIDER:
            program = installed.sms_provider_program(self.ports[SMS_PROVIDER])
        elif name == MAIL_SINK:
            program = installed.mail_sink_program(self.ports[SMTP], self.ports[MAIL_SINK])
        elif name == PUSH_SINK:
            program = installed.push_sink_program(self.ports[PUSH_SINK])
        else:
            return super()._process(name, environment, log)
        return Process(program, environment, log, f"{self.url(name)}/healthz")

"""The world of a component test: services and stand-ins on real servers, and how to speak to them.

Each suite's `world.py` says which processes there are, and adds what only that suite asks of them.
"""

import contextlib
import secrets
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar, Self

import msgspec
import pymongo
from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import PyMongoError

from chassis.identity import Signer
from contracts import Event
from deploy.local.ports import HOST, PortBlock
from deploy.local.processes import SERVICES, call_port, metrics_port, service_program
from deploy.local.processes import Process as Replica
from deploy.local.programs import Program
from tests.component.processes import NOWHERE, Process
from tests.component.service import Service
from tests.http import Answer
from tests.servers import Servers

TELLER = "tests.component.teller"
_DROP_SECONDS = 5


class World:
    """Processes with a virtual host, databases and ports of their own; a context manager.

    A process has the name of its service, or is a replica: `sla-2`. Others find a service at the
    process that has its very name, or else at all its replicas.
    """

    #: What stands for a service: a module that is run with the service's name.
    stand_ins: ClassVar[Mapping[str, str]] = {}
    #: The settings of every process, written small and without `PEYGIR_`.
    settings: ClassVar[Mapping[str, Any]] = {}

    def __init__(
        self, servers: Servers, logs: Path, names: Sequence[str], more_ports: Sequence[str] = ()
    ) -> None:
        self._logs = logs
        self._house = contextlib.ExitStack()
        ports = [kind(name) for name in names for kind in (call_port, metrics_port)]
        self.ports = self._house.enter_context(PortBlock([*ports, *more_ports])).ports
        self.amqp_uri = self._house.enter_context(servers.new_vhost())
        self.mongo = self._house.enter_context(
            MongoClient[dict[str, Any]](servers.mongo_uri, tz_aware=True, timeoutMS=20_000)
        )
        self._prefix = f"test_{secrets.token_hex(4)}_"
        key = secrets.token_hex(32)
        self._signer = Signer([key])
        self._environment = {
            "AMQP_URI": self.amqp_uri,
            "MONGO_URI": servers.mongo_uri,
            "REDIS_URL": servers.redis_url,
            "PYTHONWARNINGS": "ignore",
            "PEYGIR_DATABASE_PREFIX": self._prefix,
            "PEYGIR_CALL_KEYS": key,
            **{f"PEYGIR_{each.upper()}_URL": self._addresses(each, names) for each in SERVICES},
        }
        self._started: list[Process] = []
        #: The process that was started last under each name.
        self.processes: dict[str, Any] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Take everything away; how processes end in good order is tested by itself."""
        with self._house:
            for process in self._started:
                process.kill()
            self._drop_databases()

    # -- processes -------------------------------------------------------------------------------

    def start(self, name: str, **settings: Any) -> Any:
        """Start a process and wait until it is ready."""
        process = self.begin(name, **settings)
        process.wait_ready()
        return process

    def start_all(self, *names: str) -> None:
        """Start processes side by side, and wait until all are ready."""
        for process in [self.begin(name) for name in names]:
            process.wait_ready()

    def begin(self, name: str, **settings: Any) -> Any:
        """Start a process, not waiting; `settings` are as those of the world, and win over them."""
        environment = self._environment | self._named({**self.settings, **settings})
        log = self._logs / f"{name}.{len(self._started)}.log"
        process = self._process(name, environment, log)
        self._started.append(process)
        self.processes[name] = process
        return process

    def kill(self, name: str, how: signal.Signals = signal.SIGKILL) -> None:
        """End a process as a power cut would, or as told."""
        self.processes[name].signal(how)
        self.processes[name].wait()

    # -- speaking to them ------------------------------------------------------------------------

    def call(self, name: str, method: str, request: Any, **options: Any) -> Answer:
        """Call a process, and give whatever comes."""
        return self.processes[name].call(method, request, **options)

    def ask(self, name: str, method: str, request: Any, **options: Any) -> Any:
        """Call a process; fails unless it is answered well."""
        return self.processes[name].ask(method, request, **options)

    def tell(self, stream: str, *events: Event, at: datetime | None = None) -> None:
        """Have a teller record its service's events, as having happened now or earlier."""
        told = [{"type": event.type, "data": msgspec.to_builtins(event)} for event in events]
        moment = at or datetime.now(UTC)
        request = {"stream": stream, "at": moment.isoformat(), "events": told}
        self.ask(events[0].service, "tell", request)

    def database(self, service: str) -> Database[dict[str, Any]]:
        """A service's own database, for looking at what is stored and for breaking it."""
        return self.mongo[self._prefix + service]

    def url(self, port: str) -> str:
        """Give the address of a port by its name."""
        return f"http://{HOST}:{self.ports[port]}"

    # -- how a process is started ----------------------------------------------------------------

    def _process(self, name: str, environment: Mapping[str, str], log: Path) -> Process:
        """Start a process; worlds with others than services give those their own way."""
        return Service(self._program(name), environment, log, self._signer)

    def _program(self, name: str) -> Program:
        service = _service(name)
        program = service_program(Replica(name, service), self.ports)
        if service not in self.stand_ins:
            return program
        return replace(program, command=[sys.executable, "-m", self.stand_ins[service], service])

    def _named(self, settings: Mapping[str, Any]) -> dict[str, str]:
        """Write settings as environment variables; some have no `PEYGIR_` before them."""
        named = {}
        for setting, value in settings.items():
            name = setting.upper()
            named[name if name in self._environment else f"PEYGIR_{name}"] = str(value)
        return named

    def _addresses(self, service: str, names: Sequence[str]) -> str:
        replicas = [name for name in names if _service(name) == service]
        found = [service] if service in names else replicas
        urls = [self.url(call_port(name)) for name in found]
        return ",".join(urls) or f"http://{NOWHERE}"

    def _drop_databases(self) -> None:
        # A transaction that a killed process has left may forbid it for a minute. The whole data
        # folder goes at the end of the run anyway.
        with pymongo.timeout(_DROP_SECONDS), contextlib.suppress(PyMongoError):
            for service in SERVICES:
                self.mongo.drop_database(self._prefix + service)


def _service(name: str) -> str:
    return name.partition("-")[0]

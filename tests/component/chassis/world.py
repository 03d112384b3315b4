"""The processes of the sample services, and how tests look at what they did."""

import contextlib
import http.client
import json
import os
import re
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from amqp import Connection, Message
from amqp.exceptions import NotFound
from pymongo import MongoClient
from pymongo.database import Database

from chassis.calls import wire
from chassis.identity import Identity, Signer
from tests.http import Answer

_ROOT = Path(__file__).parents[3]
_READY_SECONDS = 60
ANYBODY = Identity(subject="person:admin", role="admin")

#: Everything that waits, waits shortly.
_SETTINGS = {
    "PEYGIR_RETRY_SECONDS": "0.2,0.4",
    "PEYGIR_WALK_AWAY_SECONDS": "0.4",
    "PEYGIR_LEASE_SECONDS": "1",
    "PEYGIR_HANDLER_SECONDS": "2",
    "PEYGIR_DRAIN_SECONDS": "15",
    "PEYGIR_PARTITIONS": "2",
}


class Process:
    """One running sample service."""

    def __init__(self, name: str, environment: dict[str, str], log: Path, signer: Signer) -> None:
        self.name = name
        self.log = log
        self.port = int(environment["PEYGIR_CALL_PORT"])
        self.metrics_port = int(environment["PEYGIR_METRICS_PORT"])
        self._signer = signer
        with log.open("ab") as output:
            self._popen = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", "tests.component.chassis.sample", name],
                env=os.environ | environment,
                cwd=_ROOT,
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
        eventually(self._is_ready, seconds=_READY_SECONDS)

    def wait_attached(self) -> None:
        """Wait until it receives from the broker."""
        eventually(lambda: self.metric("peygir_broker_connected"), seconds=_READY_SECONDS)

    def _is_ready(self) -> bool:
        assert self.running, self.log.read_text()[-4000:]
        try:
            return self.look("/readyz").status == http.HTTPStatus.OK
        except OSError:
            return False

    def look(self, path: str) -> Answer:
        """Ask the operators' port."""
        return _send(self.metrics_port, "GET", path, None, {}, 10)()

    def metric(self, name: str, **labels: str) -> float:
        """Sum the samples of a metric that have these labels."""
        wanted = {f'{label}="{value}"' for label, value in labels.items()}
        samples = re.findall(
            rf"^{name}(?:\{{(.*)\}})? (\S+)$", self.look("/metrics").text, re.MULTILINE
        )
        return sum(float(value) for found, value in samples if wanted <= set(found.split(",")))

    def headers(self, identity: Identity = ANYBODY, *, seconds: float = 10) -> dict[str, str]:
        """Give what a call needs to be accepted."""
        return {
            wire.PASS: self._signer.sign(identity, now=time.time()),
            wire.SECONDS: str(seconds),
            "Content-Type": "application/json",
        }

    def try_call(
        self,
        method: str,
        request: Any,
        *,
        key: str | None = None,
        identity: Identity = ANYBODY,
        seconds: float = 10,
    ) -> Answer:
        """Call, and give whatever comes."""
        return self.begin_call(method, request, key=key, identity=identity, seconds=seconds)()

    def begin_call(
        self,
        method: str,
        request: Any,
        *,
        key: str | None = None,
        identity: Identity = ANYBODY,
        seconds: float = 10,
    ) -> Callable[[], Answer]:
        """Send a call; gives what waits for the answer."""
        headers = self.headers(identity, seconds=seconds)
        headers[wire.KEY] = key or secrets.token_hex(8)
        body = json.dumps(request)
        return _send(self.port, "POST", wire.PATH + method, body, headers, seconds + 5)

    def call(self, method: str, request: Any, **options: Any) -> Any:
        """Call; fails unless it is answered well."""
        return self.try_call(method, request, **options).expect(200).json

    def tell(self, stream: str, *acts: str, **options: Any) -> Any:
        """Have events recorded, one for each act, in one commit."""
        return self.call("tell", {"stream": stream, "acts": acts or ["ok"]}, **options)

    def signal(self, number: int) -> None:
        self._popen.send_signal(number)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._popen.kill()
        self._popen.wait()

    def wait(self, seconds: float) -> int:
        """Wait for its end; gives the exit status."""
        return self._popen.wait(seconds)


class World:
    """Processes with databases and a virtual host of their own."""

    def __init__(self, mongo_uri: str, amqp_uri: str, prefix: str, logs: Path) -> None:
        self.amqp_uri = amqp_uri
        self.mongo = MongoClient[dict[str, Any]](mongo_uri, tz_aware=True, timeoutMS=20_000)
        self._prefix = prefix
        self._logs = logs
        self._key = secrets.token_hex(32)
        self._started: list[Process] = []
        #: The first running process of each service.
        self.processes: dict[str, Process] = {}
        self._ports = {name: free_port() for name in ("intake", "routing", "sla")}
        self._environment = _SETTINGS | {
            "MONGO_URI": mongo_uri,
            "AMQP_URI": amqp_uri,
            "PEYGIR_DATABASE_PREFIX": prefix,
            "PEYGIR_CALL_KEYS": self._key,
            **{
                f"PEYGIR_{name.upper()}_URL": f"http://127.0.0.1:{port}"
                for name, port in self._ports.items()
            },
        }

    def begin(self, name: str, *, replica: int = 0, **settings: Any) -> Process:
        """Start a process, not waiting; settings are written small and without `PEYGIR_`."""
        environment = self._environment | {
            "PEYGIR_CALL_PORT": str(self._ports[name] if not replica else free_port()),
            "PEYGIR_METRICS_PORT": str(free_port()),
        }
        for setting, value in settings.items():
            known = setting.upper()
            environment[known if known in environment else f"PEYGIR_{known}"] = str(value)
        log = self._logs / f"{name}.{len(self._started)}.log"
        process = Process(name, environment, log, Signer([self._key]))
        self._started.append(process)
        if not replica:
            self.processes[name] = process
        return process

    def start(self, name: str, *, replica: int = 0, **settings: Any) -> Process:
        """Start a process and wait until it is ready."""
        process = self.begin(name, replica=replica, **settings)
        process.wait_ready()
        return process

    def database(self, name: str) -> Database[dict[str, Any]]:
        return self.mongo[self._prefix + name]

    def applied(self, stream: str) -> list[str]:
        """Give what the consumer applied to a stream, by its journal."""
        commits = self.database("sla")["journal"].find({"stream": stream}).sort("version", 1)
        return [
            f"{event['data']['reason']}:{event['data']['clock']}"
            for commit in commits
            for event in commit["events"]
            if event["type"] == "sla.cancelled"
        ]

    def lagging(self, source: str, stream: str) -> dict[str, Any] | None:
        return self.database("sla")["lagging"].find_one({"_id": f"{source}|{stream}"})

    def stuck(self, source: str, stream: str) -> dict[str, Any] | None:
        row = self.lagging(source, stream)
        return row if row and row["stuck"] else None

    @contextlib.contextmanager
    def broker(self) -> Iterator[Any]:
        """A channel to the broker."""
        parts = urlsplit(self.amqp_uri)
        connection = Connection(
            f"{parts.hostname}:{parts.port}",
            userid=parts.username,
            password=parts.password,
            virtual_host=parts.path[1:],
        )
        connection.connect()
        try:
            yield connection.channel()
        finally:
            connection.close()

    def publish(
        self, *bodies: bytes, source: str = "intake", headers: Any = None, **properties: Any
    ) -> None:
        """Publish something as if a service did."""
        with self.broker() as channel:
            for body in bodies:
                given = {"subject": secrets.token_hex(4)} | (headers or {})
                message = Message(body, application_headers=given, **properties)
                channel.basic_publish(message, exchange=f"{source}.events", routing_key="x")

    def waiting(self, queue: str) -> int | None:
        """Count the messages that wait in a queue; None where there is no such queue."""
        try:
            with self.broker() as channel:
                return int(channel.queue_declare(queue, passive=True).message_count)
        except NotFound:
            return None

    def stop(self) -> None:
        for process in self._started:
            process.kill()
        for name in ("intake", "routing", "sla"):
            self.mongo.drop_database(self._prefix + name)
        self.mongo.close()


def eventually(holds: Callable[[], Any], *, seconds: float = 30) -> Any:
    """Wait until something holds, and give it; fails when that takes too long."""
    deadline = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < deadline, "it did not come to hold in time"
        time.sleep(0.03)
    return found


def always(holds: Callable[[], Any], *, seconds: float) -> None:
    """Watch for a while that something goes on to hold."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert holds()
        time.sleep(0.05)


def new_stream(name: str = "s") -> str:
    return f"{name}{secrets.token_hex(4)}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _send(
    port: int, method: str, path: str, body: str | None, headers: dict[str, str], seconds: float
) -> Callable[[], Answer]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    connection.request(method, path, body, headers)

    def answer() -> Answer:
        with contextlib.closing(connection):
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())

    return answer

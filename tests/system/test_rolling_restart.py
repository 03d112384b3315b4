"""Everything is restarted in turn behind a balancer, while requests come; nobody notices.

Two gateways behind the balancer and two replicas of each service, as on a cluster. A client does
what docs/reliability.md asks of it: what was not answered is sent once more with the same key.
"""

import collections
import http.client
import os
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from deploy.local.installation import Installation
from deploy.local.ports import HOST, PortBlock
from deploy.local.processes import GATEWAY, ROOT, SERVICES
from deploy.local.programs import dying_with_parent
from deploy.local.waiting import answers_ok, wait_until
from tests.faults.balancer import Balancer
from tests.servers import started_installation
from tests.system.client import Api, wait_for

_READY_SECONDS = 120.0
_CLIENTS = 3
#: Between two requests of one client.
_PAUSE_SECONDS = 0.25
#: The most that a client waits before it sends once more.
_LONGEST_WAIT = 5.0
#: What follows from every registration, once.
_FOLLOWS = ("ticket.registered", "ticket.opened")


class SecondGateway:
    """One more gateway beside the installation's own."""

    def __init__(self, installation: Installation, ports: dict[str, int]) -> None:
        self.address = (HOST, ports["gateway"])
        self.readiness = f"http://{HOST}:{ports['metrics']}/readyz"
        self._environment = (
            os.environ
            | installation.environment
            | {
                "PEYGIR_GATEWAY_PORT": str(ports["gateway"]),
                "PEYGIR_METRICS_PORT": str(ports["metrics"]),
            }
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = dying_with_parent([sys.executable, "-m", "gateway"])
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(_READY_SECONDS)


@dataclass
class House:
    """An installation with two of everything of ours."""

    installation: Installation
    second: SecondGateway
    balancer: Balancer

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.balancer.port}"

    def restart_all(self) -> Iterator[str]:
        """Restart one process after the other; gives the name of each."""
        for service in SERVICES:
            for name in (f"{service}-1", f"{service}-2"):
                self.installation.restart(name)
                self.installation.wait_ready(_READY_SECONDS, names=[name])
                yield name
        self.installation.restart(GATEWAY)
        self.await_both()
        yield GATEWAY
        self.second.stop()
        self.second.start()
        self.await_both()
        yield "the second gateway"

    def await_both(self) -> None:
        wait_until(lambda: self.balancer.ready == 2, seconds=_READY_SECONDS, what="both gateways")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("rolling")
    with (
        PortBlock(["gateway", "metrics"]) as block,
        started_installation(folder, demo=True, replicas=dict.fromkeys(SERVICES, 2)) as started,
    ):
        started.start_processes()
        second = SecondGateway(started, block.ports)
        second.start()
        try:
            started.wait_ready(_READY_SECONDS)
            wait_until(
                lambda: answers_ok(second.readiness), seconds=_READY_SECONDS, what="a gateway"
            )
            first = (HOST, int(started.addresses.gateway.rpartition(":")[2]))
            readiness = {
                first: f"{started.addresses.metrics[GATEWAY]}/readyz",
                second.address: second.readiness,
            }
            with Balancer(readiness) as balancer:
                made = House(started, second, balancer)
                made.await_both()
                yield made
        finally:
            second.stop()


@dataclass
class Client:
    """Registers requests at a steady pace, each with a key of its own."""

    url: str
    token: str
    #: By key: its code.
    codes: dict[str, str] = field(default_factory=dict)
    #: What was refused twice.
    failed: list[str] = field(default_factory=list)
    repeated: int = 0

    def work(self, until: threading.Event) -> None:
        while not until.wait(_PAUSE_SECONDS):
            key = uuid.uuid4().hex
            code = self.register(key)
            if code is None:
                self.repeated += 1
                time.sleep(self._wait)
                code = self.register(key)
            if code is None:
                self.failed.append(f"{key}: {self._said}")
            else:
                self.codes[key] = code

    def register(self, key: str) -> str | None:
        """Register a request over a new connection; None when it was not answered with 201."""
        self._wait = _PAUSE_SECONDS
        api = Api(self.url, headers={"Authorization": f"Bearer {self.token}"})
        body: dict[str, Any] = {
            "subject": "info.general",
            "title": f"پرسش {key[:8]}",
            "description": "ساعت کار شعبه چیست؟",
            "requester": {"name": "سارا", "mobile": "09121234567"},
        }
        try:
            answer = api.post("/tickets", body, headers={"Idempotency-Key": key})
        except (OSError, http.client.HTTPException) as error:
            self._said = repr(error)
            return None
        finally:
            api.close()
        if answer.status != 201:
            self._said = f"{answer.status} {answer.text[:300]}"
            self._wait = min(float(answer.headers.get("Retry-After", "1")), _LONGEST_WAIT)
            return None
        return str(answer.json["code"])


@contextmanager
def working(clients: list[Client]) -> Iterator[None]:
    ended = threading.Event()
    threads = [threading.Thread(target=each.work, args=(ended,)) for each in clients]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def counts_of(api: Api) -> collections.Counter[tuple[str, str]]:
    """Count the events of each ticket by type, from the beginning of the log."""
    counts: collections.Counter[tuple[str, str]] = collections.Counter()
    after = ""
    while True:
        page = api.get(f"/events?limit=1000&after={after}").expect(200).json
        for event in page["events"]:
            kind = event["type"].removeprefix("ir.peygir.").rpartition(".v")[0]
            counts[event["subject"], kind] += 1
        after = page["next"]
        if page["end"]:
            return counts


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_nothing_fails_twice_and_nothing_is_lost_or_doubled(house: House) -> None:
    password = house.installation.environment["PEYGIR_DEMO_PASSWORD"]
    admin = Api(house.url).sign_in("admin", password)
    token = admin.headers["Authorization"].removeprefix("Bearer ")
    clients = [Client(house.url, token) for _ in range(_CLIENTS)]

    with working(clients):
        restarted = list(house.restart_all())

    assert len(restarted) == 2 * (len(SERVICES) + 1)
    assert [each.failed for each in clients if each.failed] == []
    codes = {key: code for each in clients for key, code in each.codes.items()}
    assert len(codes) > len(restarted)
    assert len(set(codes.values())) == len(codes)
    again = Client(house.url, token)
    assert {key: again.register(key) for key in codes} == codes

    def followed() -> bool:
        found = counts_of(admin)
        return all(found[code, kind] for code in codes.values() for kind in _FOLLOWS)

    admin.close()
    wait_for(followed, 60.0, "what follows from each")
    found = counts_of(admin)
    doubled = [each for each in found if each[1] in _FOLLOWS and found[each] != 1]
    assert doubled == []
    assert {code for code, kind in found if kind == _FOLLOWS[0]} == set(codes.values())
    repeated = sum(each.repeated for each in clients)
    print(f"{len(codes)} registered, {repeated} sent once more, {len(restarted)} restarts")


def test_the_balancer_sends_nobody_to_who_is_not_ready(tmp_path: Path) -> None:
    with Balancer({(HOST, 9): f"http://{HOST}:9/readyz"}) as balancer:
        assert balancer.ready == 0

"""What a test does harm to: servers, our processes, and whatever stands between them.

Two installations under one folder: one has the servers, the other our processes, which know the
servers by the addresses that we give them, our proxies' where a test asks for these.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Self

from deploy.local.installation import Installation
from deploy.local.ports import free_port
from tests.faults.api import Api
from tests.faults.commands import STAFF
from tests.faults.plan import BROKER, MONGOD, REDIS
from tests.faults.proxy import Proxy
from tests.faults.quota import SmallDisk

PASSWORD = "faults-demo-password"
SMTP = "smtp"
_URIS = {MONGOD: "MONGO_URI", BROKER: "AMQP_URI", REDIS: "REDIS_URL"}
_HOOKS = Path(__file__).parent / "hooks"
_READY_SECONDS = 150.0

#: Deadlines, leases and schedules short, so that long outages are tried in minutes.
SHORT = {
    "PEYGIR_DEMO_PASSWORD": PASSWORD,
    "PEYGIR_LOG_LEVEL": "WARNING",
    "PEYGIR_RETRY_SECONDS": "1,2,5,10,20,30",
    "PEYGIR_NOTICE_RETRY_SECONDS": "1,2,5,10,20,30,30,30,30,30",
    "PEYGIR_WALK_SECONDS": "10",
    "PEYGIR_SESSION_SECONDS": "7200",
    "PEYGIR_PUBLIC_EVENTS": "1",
    "PEYGIR_LIMIT_REGISTER": "1000000/minute",
    "PEYGIR_LIMIT_TRACK": "1000000/minute",
    "PEYGIR_LIMIT_TRACK_CODE": "1000000/minute",
}


class World:
    """Servers and processes that run; a context manager."""

    def __init__(
        self,
        folder: Path,
        *,
        proxied: Collection[str] = (),
        disks: Mapping[str, int] | None = None,
        replicas: Mapping[str, int] | None = None,
        hooks: Collection[str] = (),
        environment: Mapping[str, str] | None = None,
        brokers: Collection[str] = (),
    ) -> None:
        """Lay out what a test needs and start nothing.

        `proxied` names servers that are reached through a proxy, `disks` the megabytes that a
        server has, `hooks` what `hooks/sitecustomize.py` is to put into our processes. `brokers`
        are addresses of a cluster that runs already, and is used instead of a broker of our own.
        """
        self.folder = folder
        self.strikes = folder / "strikes"
        self.strikes.mkdir(parents=True)
        self._proxied = proxied
        self._replicas = dict(replicas or {})
        self._given = SHORT | dict(environment or {})
        self._brokers = list(brokers)
        if hooks:
            self._given |= {
                "PYTHONPATH": str(_HOOKS),
                "FAULTS_HOOKS": ",".join(hooks),
                "FAULTS_FOLDER": str(self.strikes),
            }
        elsewhere = {"AMQP_URI": self._brokers[0]} if self._brokers else {}
        self.servers = Installation(folder / "servers", environment=elsewhere)
        self.proxies: dict[str, Proxy] = {}
        self.disks = {
            name: SmallDisk(self.servers.data_folder(name), megabytes)
            for name, megabytes in (disks or {}).items()
        }
        self._open = contextlib.ExitStack()

    def __enter__(self) -> Self:
        with self._open:
            for disk in self.disks.values():
                self._open.enter_context(disk)
            self._open.callback(self.servers.stop, 10.0)
            self.servers.start_servers()
            self.processes = self._lay_out_processes()
            self._open.callback(self.processes.stop, 10.0)
            self.processes.start_processes()
            self.processes.wait_ready(_READY_SECONDS)
            url = self.processes.addresses.gateway
            self._apis = {name: Api(url, name, PASSWORD) for name in STAFF}
            self._open = self._open.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    @property
    def admin(self) -> Api:
        """The gateway as an administrator sees it."""
        return self._apis["admin"]

    @property
    def addresses(self) -> Any:
        """Where our processes answer."""
        return self.processes.addresses

    def api(self, who: str) -> Api:
        """Give the gateway as one of the demo's accounts sees it."""
        return self._apis[who]

    def token(self, who: str) -> str:
        """Give the token of one of the demo's accounts; requesters have none."""
        return self._apis[who].token if who in self._apis else ""

    def home(self, name: str) -> Installation:
        """Give the installation that a process or server belongs to."""
        return self.servers if name in self.servers.server_names else self.processes

    def pids(self) -> dict[str, int]:
        """Give the process ids of our own processes that run."""
        pids = {name: self.processes.pid(name) for name in self.processes.process_names}
        return {name: pid for name, pid in pids.items() if pid is not None}

    def exits(self) -> list[str]:
        """Give what the supervisor noted about processes of ours that ended."""
        lines = self.processes.log_file("supervisord").read_text().splitlines()
        return [line for line in lines if "exit status" in line or "terminated by" in line]

    def _lay_out_processes(self) -> Installation:
        environment = dict(self._given)
        for name, variable in _URIS.items():
            environment[variable] = self._way_to(name, self.servers.environment[variable])
        ports = {}
        if SMTP in self._proxied:
            ports[SMTP] = free_port()
            uri = f"smtp://127.0.0.1:{ports[SMTP]}"
            environment["PEYGIR_SMTP_URL"] = self._before(SMTP, uri).instead_of(uri)
        return Installation(
            self.folder / "processes",
            ports=ports,
            environment=environment,
            demo=True,
            replicas=self._replicas,
        )

    def _way_to(self, name: str, uri: str) -> str:
        """Give the address of a server, or that of our proxy before it."""
        uris = self._brokers if name == BROKER and self._brokers else [uri]
        if name not in self._proxied:
            return uris[0]
        given = self._before(name, *uris).instead_of(uris[0])
        # Told of a replica set, the driver would ask for its members and go past the proxy.
        return given.replace("replicaSet=peygir", "directConnection=true")

    def _before(self, name: str, *uris: str) -> Proxy:
        self.proxies[name] = self._open.enter_context(Proxy.before(*uris))
        return self.proxies[name]


def memory_of(pid: int) -> int:
    """Give the resident memory of a process in kilobytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


def sockets_of(pid: int) -> int:
    """Give how many files and sockets a process holds open."""
    return len(os.listdir(f"/proc/{pid}/fd"))  # noqa: PTH208 - only their number is asked for

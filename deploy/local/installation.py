"""An installation of Peygir on this machine, as one object to hold.

Everything lies under one base folder (data, logs, configuration, secrets) and listens on
127.0.0.1; two installations never meet. Its life: `start()`, or one after the other
`start_servers()`, `start_processes()` and `wait_ready()`; whatever is wanted of single processes;
and `stop()`, after which nothing of it runs. Started again over the same folder it has the same
data and the same secrets.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from deploy.local import secret_store
from deploy.local.blueprint import Addresses, Blueprint, port_names
from deploy.local.ports import HOST, PortBlock
from deploy.local.servers import mongod, rabbitmq, redis
from deploy.local.supervision import Supervisor
from deploy.local.waiting import accepts, answers_ok, wait_for_all, wait_until

_SERVERS_SECONDS = 90.0
_STOP_SECONDS = 60.0

Told = Callable[[str, float], None]


class Installation:
    """Servers, services, gateway and sinks under one supervisor."""

    def __init__(
        self,
        base: Path,
        *,
        ports: Mapping[str, int] | None = None,
        environment: Mapping[str, str] | None = None,
        demo: bool = False,
        replicas: Mapping[str, int] | None = None,
        with_prometheus: bool = False,
    ) -> None:
        """Lay out everything under `base` and start nothing.

        `ports` fixes some of `port_names()`; free ones are found for the others. `environment`
        reaches every process and wins over our own; a server's address in it is used instead of
        starting that server. No `PEYGIR_*` variable of the caller reaches the processes otherwise.
        """
        self.base = base.resolve()
        self.base.mkdir(parents=True, exist_ok=True, mode=0o700)
        fixed = dict(ports or {})
        self._block = PortBlock(name for name in port_names(replicas) if name not in fixed)
        self._blueprint = Blueprint(
            base=self.base,
            ports=self._block.ports | fixed,
            secrets=secret_store.load_or_make(self.base),
            given=dict(environment or {}),
            replicas=dict(replicas or {}),
            demo=demo,
            with_prometheus=with_prometheus,
        )
        servers = self._blueprint.server_programs()
        processes = self._blueprint.process_programs()
        self.server_names = [program.name for program in servers]
        self.process_names = [program.name for program in processes]
        self._supervisor = Supervisor(
            self.base,
            {"servers": servers, "processes": processes},
            _without_ours(os.environ) | self.environment,
        )

    @property
    def addresses(self) -> Addresses:
        return self._blueprint.addresses

    @property
    def environment(self) -> dict[str, str]:
        """What every process is told: enough to be one more of them."""
        return self._blueprint.environment

    def start(
        self, deadline: float = 120.0, *, told: Told = lambda _name, _seconds: None
    ) -> dict[str, float]:
        """Start everything; return the seconds until each was ready.

        Our processes wait for the servers by themselves: so they are imported while the broker
        boots, which takes it as long as all of them.
        """
        self._begin_servers()
        self.start_processes()
        checks = self._server_checks() | self._process_checks(self.process_names)
        return wait_for_all(checks, seconds=deadline, told=told)

    def start_servers(self, told: Told = lambda _name, _seconds: None) -> dict[str, float]:
        """Start the servers that were not given; return the seconds until each was ready."""
        self._begin_servers()
        return wait_for_all(self._server_checks(), seconds=_SERVERS_SECONDS, told=told)

    def start_processes(self, names: Iterable[str] | None = None) -> None:
        """Start our own processes, all of them or the named ones."""
        self._supervisor.open()
        for name in self.process_names if names is None else names:
            self._supervisor.start(name)

    def wait_ready(
        self,
        deadline: float = 60.0,
        *,
        names: Iterable[str] | None = None,
        told: Told = lambda _name, _seconds: None,
    ) -> dict[str, float]:
        """Wait until processes say that they are ready; return the seconds that each took."""
        checks = self._process_checks(self.process_names if names is None else names)
        return wait_for_all(checks, seconds=deadline, told=told)

    def pid(self, name: str) -> int | None:
        """The process id of a process or server, None while it does not run."""
        return self._supervisor.pid(name)

    def kill(self, name: str, number: int) -> None:
        """Send a signal behind the supervisor's back; what dies of it is started again."""
        self._supervisor.kill(name, number)

    def stop_process(self, name: str) -> None:
        """Stop a process or server in good order, and keep it stopped."""
        self._supervisor.stop(name)

    def start_process(self, name: str) -> None:
        self._supervisor.start(name)

    def restart(self, name: str) -> None:
        """Stop in good order and start again."""
        self._supervisor.stop(name)
        self._supervisor.start(name)

    def data_folder(self, server: str) -> Path:
        """Where a server keeps its data; whoever deletes it has stopped the server before."""
        return self._blueprint.data_folder(server)

    def log_file(self, name: str) -> Path:
        """Where the output of a process or server goes."""
        return self._supervisor.log_file(name)

    def stop(self, seconds: float = _STOP_SECONDS) -> None:
        """End everything; what has not ended within the time is killed. Twice is as good as once.

        RabbitMQ alone takes six seconds to go in good order.
        """
        self._supervisor.close(seconds)
        self._block.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _begin_servers(self) -> None:
        self._supervisor.open()
        for name in self.server_names:
            self._supervisor.start(name)
            if name == rabbitmq.MAPPER:
                # The broker asks the mapper while it boots, and gives up when none is there.
                wait_until(self._server_check(name), seconds=_SERVERS_SECONDS, what=name)

    def _process_checks(self, names: Iterable[str]) -> dict[str, Callable[[], bool]]:
        return {name: partial(answers_ok, self._blueprint.readiness_url(name)) for name in names}

    def _server_checks(self) -> dict[str, Callable[[], bool]]:
        return {name: self._server_check(name) for name in self.server_names}

    def _server_check(self, name: str) -> Callable[[], bool]:
        port = self._blueprint.ports[name]
        checks: dict[str, Callable[[], bool]] = {
            rabbitmq.MAPPER: lambda: accepts(HOST, port),
            rabbitmq.NAME: lambda: rabbitmq.is_ready(port),
            mongod.NAME: lambda: mongod.is_ready(port),
            redis.NAME: lambda: redis.is_ready(port),
        }
        return checks[name]


def _without_ours(environment: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in environment.items() if not key.startswith("PEYGIR_")}

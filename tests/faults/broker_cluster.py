"""RabbitMQ as three nodes on one machine: three names, ports and folders, one cookie."""

from __future__ import annotations

import dataclasses
import os
import secrets
import signal
import time
from pathlib import Path
from typing import Self

from deploy.local.ports import PortBlock
from deploy.local.programs import Program
from deploy.local.servers import rabbitmq
from deploy.local.supervision import Supervisor
from deploy.local.waiting import accepts, wait_until

NODES = ("broker-1", "broker-2", "broker-3")
_ENTRANCES = (rabbitmq.NAME, rabbitmq.MANAGEMENT, rabbitmq.METRICS, rabbitmq.DISTRIBUTION)
_READY_SECONDS = 120.0
#: How long nodes go without hearing of each other; a minute by default.
_TICK_SECONDS = 8
_APART_SECONDS = 30.0
_CONFIGURATION = """\
cluster_formation.peer_discovery_backend = classic_config
{nodes}
cluster_partition_handling = pause_minority
"""


class BrokerCluster:
    """Three nodes that have found each other; a context manager."""

    def __init__(self, folder: Path) -> None:
        names = [f"{node}.{name}" for node in NODES for name in _ENTRANCES]
        self._block = PortBlock([rabbitmq.MAPPER, *names])
        self._login = rabbitmq.Login("peygir", secrets.token_hex(8))
        self._cookie = secrets.token_hex(16)
        self._folder = folder
        mapper = rabbitmq.mapper_program(folder / rabbitmq.MAPPER, self._block.ports)
        nodes = [self._program(node) for node in NODES]
        self._supervisor = Supervisor(folder, {"servers": [mapper, *nodes]}, dict(os.environ))

    def __enter__(self) -> Self:
        self._supervisor.open()
        mapper = self._block.ports[rabbitmq.MAPPER]
        self._supervisor.start(rabbitmq.MAPPER)
        wait_until(lambda: accepts("127.0.0.1", mapper), seconds=30, what="the port mapper")
        for node in NODES:
            self._supervisor.start(node)
        for node in NODES:
            self._wait_for(node)
        return self

    def __exit__(self, *_: object) -> None:
        self._supervisor.close(15)
        self._block.release()

    @property
    def uris(self) -> list[str]:
        """Where the nodes answer."""
        return [rabbitmq.uri(self._ports(node), self._login) for node in NODES]

    def kill(self, node: str) -> None:
        """Kill a node, and wait until it is back."""
        self._supervisor.kill(node, signal.SIGKILL)
        time.sleep(1)
        self._wait_for(node)

    def cut_off(self, node: str) -> None:
        """Suspend a node for so long that the others go on without it, and wait for its return."""
        self._supervisor.kill(node, signal.SIGSTOP)
        time.sleep(_APART_SECONDS)
        self._supervisor.kill(node, signal.SIGCONT)
        self._wait_for(node)

    def _wait_for(self, node: str) -> None:
        port = self._ports(node)[rabbitmq.NAME]
        wait_until(lambda: rabbitmq.is_ready(port), seconds=_READY_SECONDS, what=node)

    def _ports(self, node: str) -> dict[str, int]:
        own = {name: self._block.ports[f"{node}.{name}"] for name in _ENTRANCES}
        return {**own, rabbitmq.MAPPER: self._block.ports[rabbitmq.MAPPER]}

    def _program(self, node: str) -> Program:
        folder = self._folder / node
        program = rabbitmq.program(folder, self._ports(node), self._login)
        with Path(program.environment["RABBITMQ_CONFIG_FILE"]).open("a") as configuration:
            nodes = "\n".join(
                f"cluster_formation.classic_config.nodes.{number} = {name}@localhost"
                for number, name in enumerate(NODES, 1)
            )
            configuration.write(_CONFIGURATION.format(nodes=nodes))
        cookie = Path(program.environment["HOME"]) / ".erlang.cookie"
        cookie.write_text(self._cookie)
        cookie.chmod(0o600)
        arguments = program.environment["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"]
        environment = {
            **program.environment,
            "RABBITMQ_NODENAME": f"{node}@localhost",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                f"{arguments} -kernel net_ticktime {_TICK_SECONDS}"
            ),
        }
        return dataclasses.replace(program, name=node, environment=environment)

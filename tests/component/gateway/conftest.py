"""Gateways as processes of their own, with a real Redis and nobody behind them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator

import pytest

from deploy.local.ports import PortBlock
from gateway.security import Sessions
from tests.component.gateway.world import KEY, NOWHERE, Door, a_staff_member


@pytest.fixture
def start_gateway() -> Iterator[Callable[..., Door]]:
    """Start gateways with settings of their own; all are stopped afterwards."""
    started: list[Door] = []
    blocks: list[PortBlock] = []

    def start(redis_url: str, **settings: str) -> Door:
        block = PortBlock(["gateway", "metrics"])
        blocks.append(block)
        services = dict.fromkeys(("INTAKE", "ROUTING", "SLA", "NOTIFY", "REPORTING"), NOWHERE)
        environment = {
            **os.environ,
            "PEYGIR_CALL_KEYS": KEY,
            "PEYGIR_SESSION_KEYS": KEY,
            "PEYGIR_GATEWAY_PORT": str(block.ports["gateway"]),
            "PEYGIR_METRICS_PORT": str(block.ports["metrics"]),
            "REDIS_URL": redis_url,
            **{f"PEYGIR_{name}_URL": url for name, url in services.items()},
            **settings,
        }
        process = subprocess.Popen([sys.executable, "-m", "gateway"], env=environment)
        door = Door(process, block.ports["gateway"], block.ports["metrics"])
        started.append(door)
        door.wait_ready()
        return door

    yield start
    for door in started:
        door.process.send_signal(signal.SIGTERM)
    for door in started:
        door.process.wait(30)
    for block in blocks:
        block.release()


@pytest.fixture
def silent_url() -> Iterator[str]:
    """A Redis that takes connections and never says a word."""
    listening = socket.create_server(("127.0.0.1", 0))
    taken: list[socket.socket] = []

    def take() -> None:
        while True:
            try:
                taken.append(listening.accept()[0])
            except OSError:
                return

    threading.Thread(target=take, daemon=True).start()
    yield f"redis://127.0.0.1:{listening.getsockname()[1]}/0"
    listening.close()
    for connection in taken:
        connection.close()


@pytest.fixture
def token() -> str:
    """A token of an administrator, as any gateway with the key gives it."""
    return Sessions([KEY]).open(a_staff_member()).token

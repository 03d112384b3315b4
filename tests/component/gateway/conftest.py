"""Gateways as processes of their own, with a real Redis and nobody behind them."""

import contextlib
import functools
import itertools
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from deploy.local.ports import HOST, PortBlock
from gateway.security import Sessions
from tests.component.gateway.world import KEY, PORTS, Door, a_staff_member


@pytest.fixture(scope="module")
def start_gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Door]]:
    """Start gateways with settings of their own; all are stopped afterwards."""
    logs = tmp_path_factory.mktemp("gateways")
    numbers = itertools.count(1)
    with contextlib.ExitStack() as house:

        def start(redis_url: str, **settings: str) -> Door:
            ports = house.enter_context(PortBlock(PORTS)).ports
            log = logs / f"gateway-{next(numbers)}.log"
            door = Door(ports, {"REDIS_URL": redis_url, **settings}, log)
            house.callback(door.kill)
            door.wait_ready()
            return door

        yield start


@pytest.fixture(scope="module")
def a_gateway(start_gateway: Callable[..., Door]) -> Callable[..., Door]:
    """Give a gateway with the settings: one that other tests have used, if there is one."""

    @functools.cache
    def one(redis_url: str, *, number: int = 1, **settings: str) -> Door:
        """With another number it is another one."""
        return start_gateway(redis_url, **settings)

    return one


@pytest.fixture(scope="module")
def silent_url() -> Iterator[str]:
    """A Redis that takes connections and never says a word."""
    listening = socket.create_server((HOST, 0))
    taken: list[socket.socket] = []

    def take() -> None:
        while True:
            try:
                taken.append(listening.accept()[0])
            except OSError:
                return

    threading.Thread(target=take, daemon=True).start()
    yield f"redis://{HOST}:{listening.getsockname()[1]}/0"
    listening.close()
    for connection in taken:
        connection.close()


@pytest.fixture
def token() -> str:
    """A token of an administrator, as any gateway with the key gives it."""
    return Sessions([KEY]).open(a_staff_member()).token

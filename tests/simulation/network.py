"""Calls between processes: HTTP as bytes, with answers that get lost and servers that die.

Stands in for the sockets of `chassis.calls.client`; the client and the server are real.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from greenlet import getcurrent

from chassis.calls import wire
from chassis.calls.listener import Request
from chassis.calls.messages import Head, Response

if TYPE_CHECKING:
    from tests.simulation.process import Process
    from tests.simulation.world import World


class Exchange:
    """One call under way: whoever comes first ends it, the answer or a failure."""

    def __init__(self, world: World, server: Process) -> None:
        self._hub = world.hub
        self.server = server
        self._caller = getcurrent()
        self._over = False

    def wait(self, seconds: float) -> Any:
        """Wait for the end; raises what it was, if it was a failure."""
        self._next = self._hub.schedule_call_global(seconds, self._caller.switch, TimeoutError())
        try:
            outcome = self._hub.switch()
        finally:
            # The caller may have given up by a time-out of his own.
            self._next.cancel()
            self._over = True
        if isinstance(outcome, OSError):
            raise outcome
        return outcome

    def end(self, outcome: Any) -> None:
        """Let the caller go on, with an answer or a failure."""
        if not self._over:
            self._over = True
            self._next.cancel()
            self._next = self._hub.schedule_call_global(0, self._caller.switch, outcome)


class Network:
    """Every call under way."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._under_way: list[Exchange] = []

    def call(
        self, address: str, method: str, headers: Mapping[str, str], body: bytes, seconds: float
    ) -> Response:
        """Call a process; raises OSError when it does not answer."""
        world = self._world
        server = world.processes.get(address)
        if server is None or server.dead:
            raise ConnectionRefusedError(address)
        if world.faults.happens(world.faults.error):
            raise TimeoutError(f"{method} got lost")
        exchange = Exchange(world, server)
        self._under_way.append(exchange)
        world.hub.spawn(server, self._serve, exchange, _request(method, headers, body))
        try:
            return exchange.wait(seconds)
        finally:
            self._under_way.remove(exchange)

    def cut(self, process: Process) -> None:
        """Let those see it who wait for a process that has ended."""
        for exchange in self._under_way:
            if exchange.server is process:
                exchange.end(ConnectionResetError(process.name))

    def _serve(self, exchange: Exchange, request: Request) -> None:
        response = exchange.server.calls._respond(request)
        world = self._world
        world.stumble(exchange.server, f"answer {request.path}")
        if world.faults.happens(world.faults.error):
            world.note(exchange.server.name, "answers into the void")
            return
        exchange.end(response)


def _request(method: str, headers: Mapping[str, str], body: bytes) -> Request:
    """Give a request as the listener would."""
    named = {name.lower(): value for name, value in headers.items()}
    return Request(Head("POST", wire.PATH + method, named), lambda: body)


class Wire:
    """Stands in for `chassis.calls.client.Connection`."""

    def __init__(self, world: World, address: str) -> None:
        self._world = world
        self._address = address
        self.opened = world.hub.now

    def ask(self, method: str, headers: Mapping[str, str], body: bytes, seconds: float) -> Response:
        """Call a method; raises OSError without an answer."""
        return self._world.network.call(self._address, method, headers, body, seconds)

    def close(self) -> None:
        """Be gone."""

"""Calls between processes: HTTP as bytes, with answers that get lost and servers that die.

Stands in for the sockets below `chassis.calls.client`; the client and the server are real.
"""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

from greenlet import getcurrent

if TYPE_CHECKING:
    from tests.simulation.process import Process
    from tests.simulation.world import World


class Answer(NamedTuple):
    """What a server answered, with the names of `http.client`."""

    status: int
    body: bytes
    will_close: bool = False

    def read(self) -> bytes:
        """Give the body."""
        return self.body


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
        self, address: str, path: str, body: bytes, headers: Mapping[str, str], seconds: float
    ) -> Answer:
        """Call a process; raises OSError when it does not answer."""
        world = self._world
        server = world.processes.get(address)
        if server is None or server.dead:
            raise ConnectionRefusedError(address)
        if world.faults.happens(world.faults.error):
            raise TimeoutError(f"{path} got lost")
        exchange = Exchange(world, server)
        self._under_way.append(exchange)
        environ = _environ(path, body, headers)
        world.hub.spawn(server, self._serve, exchange, environ)
        try:
            return exchange.wait(seconds)
        finally:
            self._under_way.remove(exchange)

    def cut(self, process: Process) -> None:
        """Let those see it who wait for a process that has ended."""
        for exchange in self._under_way:
            if exchange.server is process:
                exchange.end(ConnectionResetError(process.name))

    def _serve(self, exchange: Exchange, environ: dict[str, Any]) -> None:
        response = exchange.server.calls._respond(environ)
        world = self._world
        world.stumble(exchange.server, f"answer {environ['PATH_INFO']}")
        if world.faults.happens(world.faults.error):
            world.note(exchange.server.name, "answers into the void")
            return
        exchange.end(Answer(int(response.status.split()[0]), response.body))


def _environ(path: str, body: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
    """Give a request as WSGI has it."""
    named = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    return named | {
        "PATH_INFO": path,
        "REQUEST_METHOD": "POST",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": BytesIO(body),
    }


class Wire:
    """A connection with the names of `http.client`."""

    sock = None

    def __init__(self, world: World, address: str, seconds: float) -> None:
        self._world = world
        self._address = address
        self.timeout = seconds
        self._asked: tuple[str, bytes, Mapping[str, str]] = ("", b"", {})

    def request(self, _verb: str, path: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Keep the request until its answer is wanted."""
        self._asked = path, body, headers

    def getresponse(self) -> Answer:
        """Send the request and wait."""
        return self._world.network.call(self._address, *self._asked, self.timeout)

    def close(self) -> None:
        """Be gone."""

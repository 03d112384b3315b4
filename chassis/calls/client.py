"""How one service asks another: calls over kept connections, with a deadline."""

from __future__ import annotations

import itertools
import socket
import time
from collections import deque
from collections.abc import Mapping
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec

from chassis.calls import wire
from chassis.calls.messages import Malformed, Response, ResponseReader, request
from chassis.errors import Unavailable
from chassis.provider import Provider
from chassis.runtime import Runtime

T = TypeVar("T")
#: Connections live a minute at most, so that new replicas get their share.
_KEEP_SECONDS = 60.0
_MOST_KEPT = 16
_OK = 200
_PIECE = 65536


class Connection:
    """A kept connection and when it was opened."""

    def __init__(self, address: str, seconds: float) -> None:
        parts = urlsplit(address)
        self.opened = time.monotonic()
        self._host = parts.netloc
        self._reader = ResponseReader()
        self._socket = socket.create_connection(
            (parts.hostname or "", parts.port or 80), timeout=seconds
        )
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, method: str, headers: Mapping[str, str], body: bytes, seconds: float) -> Response:
        """Call a method; raises OSError without an answer within the time."""
        until = time.monotonic() + seconds
        self._socket.settimeout(seconds)
        self._socket.sendall(request(self._host, f"{wire.PATH}{method}", headers, body))
        while True:
            data = self._socket.recv(_PIECE)
            if not data:
                raise ConnectionResetError
            try:
                response = self._reader.feed(data)
            except Malformed:
                raise ConnectionAbortedError from None
            if response is not None:
                return response
            self._socket.settimeout(max(0.001, until - time.monotonic()))

    def close(self) -> None:
        """Be gone."""
        self._socket.close()


class Caller:
    """Calls one service."""

    def __init__(self, runtime: Runtime, service: str) -> None:
        self._runtime = runtime
        self._service = service
        self._idle: deque[Connection] = deque()
        self._pass = ""
        self._pass_until = 0.0
        self._turn: Any = None

    def query(self, method: str, message: Any, answer: type[T] | Any, *, seconds: float = 2.5) -> T:
        """Ask; raises what the service answers with, or Unavailable."""
        headers = {wire.PASS: self._own_pass(), wire.SECONDS: str(seconds)}
        found: T = self._call(method, message, answer, headers, seconds)
        return found

    def command(
        self, method: str, message: Any, answer: type[T] | Any, *, key: str, seconds: float = 2.5
    ) -> T:
        """Have something done once per key; raises what the service answers with, or Unavailable.

        After Unavailable it may have been done: whoever asks again asks with the same key.
        """
        headers = {wire.PASS: self._own_pass(), wire.SECONDS: str(seconds), wire.KEY: key}
        found: T = self._call(method, message, answer, headers, seconds)
        return found

    def _call(
        self, method: str, message: Any, answer: Any, headers: dict[str, str], seconds: float
    ) -> Any:
        body = msgspec.json.encode(message)
        for attempt in range(2):
            used = False
            try:
                connection, used = self._take(seconds, fresh=attempt > 0)
                response = self._ask(connection, method, headers, body, seconds)
            except OSError as error:
                # A kept connection may have been closed by the other side meanwhile; the others
                # kept with it as well.
                if not used or attempt or isinstance(error, TimeoutError):
                    raise self._unavailable() from error
            else:
                if response.status != _OK:
                    raise wire.decode_fault(response.status, response.body)
                return wire.decode_answer(response.body, answer)
        raise self._unavailable()

    def _ask(
        self,
        connection: Connection,
        method: str,
        headers: Mapping[str, str],
        body: bytes,
        seconds: float,
    ) -> Response:
        try:
            response = connection.ask(method, headers, body, seconds)
        except BaseException:
            # Who waited may have given up by a deadline of his own: the answer is still to come.
            connection.close()
            raise
        is_old = time.monotonic() - connection.opened > _KEEP_SECONDS
        if response.is_last or is_old or len(self._idle) >= _MOST_KEPT:
            connection.close()
        else:
            self._idle.append(connection)
        return response

    def _take(self, seconds: float, *, fresh: bool) -> tuple[Connection, bool]:
        while self._idle:
            connection = self._idle.pop()
            if not fresh and time.monotonic() - connection.opened < _KEEP_SECONDS:
                return connection, True
            connection.close()
        if self._turn is None:
            self._turn = itertools.cycle(self._runtime.settings.addresses(self._service))
        return Connection(next(self._turn), seconds), False

    def _unavailable(self) -> Unavailable:
        return Unavailable("service_unavailable", retry_after=1, service=self._service)

    def _own_pass(self) -> str:
        now = self._runtime.clock.timestamp()
        if now > self._pass_until:
            self._pass = self._runtime.signer.sign(self._runtime.identity, now=now, seconds=60)
            self._pass_until = now + 40
        return self._pass


class ServiceClient(Provider):
    """Gives a service the way to ask another one."""

    runtime = Runtime()

    def __init__(self, service: str) -> None:
        self.service = service

    def setup(self) -> None:
        """Make the caller; it connects when it is used."""
        self.caller = Caller(self.runtime, self.service)

    def get_dependency(self, _worker_ctx: Any) -> Caller:
        """Give the caller."""
        return self.caller

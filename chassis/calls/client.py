"""How one service asks another: queries over kept connections, with a deadline."""

from __future__ import annotations

import http.client
import itertools
import time
from collections import deque
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec

from chassis.calls import wire
from chassis.errors import Unavailable
from chassis.provider import Provider
from chassis.runtime import Runtime

T = TypeVar("T")
#: Connections live a minute at most, so that new replicas get their share.
_KEEP_SECONDS = 60.0
_MOST_KEPT = 16
_OK = 200


class _Connection:
    """A kept connection and when it was opened."""

    __slots__ = ("http", "opened")

    def __init__(self, address: str, seconds: float) -> None:
        parts = urlsplit(address)
        self.http = http.client.HTTPConnection(
            parts.hostname or "", parts.port or 80, timeout=seconds
        )
        self.opened = time.monotonic()


class Caller:
    """Calls one service."""

    def __init__(self, runtime: Runtime, service: str) -> None:
        self._runtime = runtime
        self._service = service
        self._idle: deque[_Connection] = deque()
        self._pass = ""
        self._pass_until = 0.0
        self._turn: Any = None

    def query(self, method: str, request: Any, answer: type[T] | Any, *, seconds: float = 2.5) -> T:
        """Ask; raises what the service answers with, or Unavailable."""
        body = msgspec.json.encode(request)
        for attempt in range(2):
            connection, used = self._take(seconds, fresh=attempt > 0)
            try:
                found: T = self._ask(connection, method, body, answer, seconds)
            except (OSError, http.client.HTTPException) as error:
                connection.http.close()
                # A kept connection may have been closed by the other side meanwhile; the others
                # kept with it as well.
                if not used or attempt or isinstance(error, TimeoutError):
                    raise Unavailable(
                        "service_unavailable", retry_after=1, service=self._service
                    ) from error
            else:
                return found
        raise Unavailable("service_unavailable", retry_after=1, service=self._service)

    def _ask(
        self, connection: _Connection, method: str, body: bytes, answer: Any, seconds: float
    ) -> Any:
        connection.http.timeout = seconds
        if connection.http.sock is not None:
            connection.http.sock.settimeout(seconds)
        headers = {
            wire.PASS: self._own_pass(),
            wire.SECONDS: str(seconds),
            "Content-Type": "application/json",
        }
        connection.http.request("POST", wire.PATH + method, body, headers)
        response = connection.http.getresponse()
        content = response.read()
        if response.will_close or time.monotonic() - connection.opened > _KEEP_SECONDS:
            connection.http.close()
        elif len(self._idle) < _MOST_KEPT:
            self._idle.append(connection)
        if response.status != _OK:
            raise wire.decode_fault(response.status, content)
        return wire.decode_answer(content, answer)

    def _take(self, seconds: float, *, fresh: bool) -> tuple[_Connection, bool]:
        while self._idle:
            connection = self._idle.pop()
            if not fresh and time.monotonic() - connection.opened < _KEEP_SECONDS:
                return connection, True
            connection.http.close()
        if self._turn is None:
            self._turn = itertools.cycle(self._runtime.settings.addresses(self._service))
        return _Connection(next(self._turn), seconds), False

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

"""Raw sockets: requests as no library would send them, and as slowly as one likes."""

import contextlib
import select
import socket
import threading
import time
from collections.abc import Callable
from typing import Self
from urllib.parse import urlsplit

from tests.attacks.clients import new_address

_DRIP_SECONDS = 0.5
_FLOOD_SECONDS = 0.01


def connected(url: str, *, address: str | None = None) -> socket.socket:
    parts = urlsplit(url)
    return socket.create_connection(
        (parts.hostname, parts.port), timeout=10, source_address=(address or new_address(), 0)
    )


def answers_to(url: str, request: bytes, *, seconds: float = 1.5) -> tuple[list[int], bytes, bool]:
    """Send bytes; give the statuses that came, all that came, and whether the end was closed."""
    with contextlib.closing(connected(url)) as sock:
        with contextlib.suppress(OSError):
            sock.sendall(request)
        came, closed = received(sock, seconds)
    statuses = [int(part[:3]) for part in came.split(b"HTTP/1.1 ")[1:]]
    return statuses, came, closed


def received(sock: socket.socket, seconds: float) -> tuple[bytes, bool]:
    """Give what comes until the other side closes or time is up, and whether it closed."""
    came, end = b"", time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if not select.select([sock], [], [], left)[0]:
            break
        try:
            part = sock.recv(65536)
        except ConnectionError:
            return came, True
        if not part:
            return came, True
        came += part
    return came, False


def is_closed(sock: socket.socket) -> bool:
    """Tell whether the other side has closed, reading what it said before."""
    while select.select([sock], [], [], 0)[0]:
        try:
            if not sock.recv(65536):
                return True
        except ConnectionError:
            return True
    return False


class Nuisance:
    """Something that goes on beside a test, until the test leaves it."""

    def __init__(self) -> None:
        self._leave = threading.Event()
        self._thread = threading.Thread(target=self._go_on)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._leave.set()
        self._thread.join()

    def _go_on(self) -> None:
        raise NotImplementedError


class Crowd(Nuisance):
    """Slow clients at one address, always the same number: who is sent away comes again."""

    def __init__(self, url: str, number: int, first: bytes) -> None:
        super().__init__()
        self._url = url
        self._first = first
        self._address = new_address()
        self._sockets = [self._begun() for _ in range(number)]
        #: How many the other side has sent away.
        self.ended = 0

    def __exit__(self, *error: object) -> None:
        super().__exit__(*error)
        for sock in self._sockets:
            sock.close()

    def _begun(self) -> socket.socket:
        sock = connected(self._url, address=self._address)
        sock.sendall(self._first)
        return sock

    def _go_on(self) -> None:
        while not self._leave.wait(_DRIP_SECONDS):
            for place, sock in enumerate(self._sockets):
                if is_closed(sock):
                    sock.close()
                    self.ended += 1
                    self._sockets[place] = self._begun()
                else:
                    with contextlib.suppress(OSError):
                        sock.send(b"x")


class Flood(Nuisance):
    """Somebody who asks again and again, a hundred times a second."""

    def __init__(self, ask: Callable[[], object]) -> None:
        super().__init__()
        self._ask = ask

    def _go_on(self) -> None:
        while not self._leave.wait(_FLOOD_SECONDS):
            self._ask()

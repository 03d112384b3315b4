"""Connections that are kept: opening one costs more than sending a message."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from eventlet.patcher import original

C = TypeVar("C")
#: Not eventlet's, whose answer takes a round through its hub: nothing is waited for here.
_select: Any = original("select")


class Connections(Generic[C]):
    """At most `most` connections at a time; one that failed is closed and never used again."""

    def __init__(
        self, connect: Callable[[], C], close: Callable[[C], object], *, most: int
    ) -> None:
        self._connect = connect
        self._close = close
        self._free = threading.BoundedSemaphore(most)
        self._idle: list[C] = []

    @contextmanager
    def borrow(self, is_alive: Callable[[C], bool]) -> Iterator[C]:
        """Lend a connection; a kept one that the other side has closed meanwhile is replaced."""
        with self._free:
            connection = self._alive(is_alive)
            try:
                yield connection
            except BaseException:
                self._close(connection)
                raise
            self._idle.append(connection)

    def _alive(self, is_alive: Callable[[C], bool]) -> C:
        while self._idle:
            connection = self._idle.pop()
            if is_alive(connection):
                return connection
            self._close(connection)
        return self._connect()

    def close(self) -> None:
        """Close those that are not in use."""
        while self._idle:
            self._close(self._idle.pop())


def has_hung_up(sock: object) -> bool:
    """Tell whether the other side has closed a connection that should be silent now."""
    fileno = getattr(sock, "fileno", None)
    if fileno is None or fileno() < 0:
        return True
    poll = _select.poll()
    poll.register(fileno(), _select.POLLIN)
    return bool(poll.poll(0))

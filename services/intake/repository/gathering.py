"""Lookups that wait at the same moment are made by one query.

The reading twin of the chassis's group commit: a batch never waits for company, it forms from what
is asked while the last query is under way.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

import eventlet
from eventlet.event import Event as Signal

K = TypeVar("K")
V = TypeVar("V")

_MOST = 100


class Gathering(Generic[K, V]):
    """Answers one by one what is looked up many at a time."""

    def __init__(self, look_up: Callable[[Sequence[K]], Mapping[K, V]]) -> None:
        self._look_up = look_up
        self._waiting: list[tuple[K, Signal]] = []
        self._running = False

    def get(self, key: K) -> V | None:
        """Give what is found under the key, or None; raises what the lookup raises."""
        signal = Signal()
        self._waiting.append((key, signal))
        if not self._running:
            self._running = True
            eventlet.spawn_n(self._look_up_waiting)
        found: V | None = signal.wait()
        return found

    def _look_up_waiting(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
                self._answer(batch)
        finally:
            self._running = False

    def _answer(self, batch: list[tuple[K, Signal]]) -> None:
        try:
            found = self._look_up(list(dict.fromkeys(key for key, _signal in batch)))
        except Exception as error:  # noqa: BLE001 - everybody who waits must be told
            for _key, signal in batch:
                signal.send_exception(error)
        else:
            for key, signal in batch:
                signal.send(found.get(key))

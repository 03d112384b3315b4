"""Values that may be some seconds old, kept in memory."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

_MOST = 10_000


class Kept(Generic[K, V]):
    """Forgets each value after some seconds, and the oldest when there are too many."""

    def __init__(self, *, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._values: OrderedDict[K, tuple[float, V]] = OrderedDict()

    def get(self, key: K) -> V | None:
        """Give the value, or None when there is none or it is too old."""
        found = self._values.get(key)
        return found[1] if found and found[0] > self._clock() else None

    def keep(self, key: K, value: V) -> V:
        """Keep the value from now on; gives it back."""
        self._values.pop(key, None)
        self._values[key] = (self._clock() + self._seconds, value)
        if len(self._values) > _MOST:
            self._values.popitem(last=False)
        return value

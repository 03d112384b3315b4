"""Remembering the latest of many things, so that memory stays bounded."""

from __future__ import annotations

import time
from typing import Generic, TypeVar, overload

K = TypeVar("K")
V = TypeVar("V")
D = TypeVar("D")


class Recent(Generic[K, V]):
    """Holds the `most` keys that were kept last, and all that were kept within some `seconds`.

    It has two generations: when the young one has its fill it becomes the old one, and what was old
    is forgotten. So up to twice as many are held, at the price of a plain dictionary.
    """

    def __init__(self, most: int, *, seconds: float = 0.0) -> None:
        self._most = most
        self._seconds = seconds
        self._young: dict[K, V] = {}
        self._old: dict[K, V] = {}
        self._began = time.monotonic()

    def keep(self, key: K, value: V) -> None:
        """Remember a value as the latest."""
        self._young[key] = value
        if len(self._young) >= self._most and time.monotonic() - self._began >= self._seconds:
            self._old, self._young = self._young, {}
            self._began = time.monotonic()

    @overload
    def get(self, key: K) -> V | None: ...
    @overload
    def get(self, key: K, default: D) -> V | D: ...
    def get(self, key: K, default: D | None = None) -> V | D | None:
        """Give what is remembered."""
        found = self._young.get(key)
        return self._old.get(key, default) if found is None else found

    def clear(self) -> None:
        """Forget everything."""
        self._young, self._old = {}, {}
        self._began = time.monotonic()

    def __contains__(self, key: K) -> bool:
        return key in self._young or key in self._old

    def __len__(self) -> int:
        return len(self._young.keys() | self._old.keys())

"""Gathering: what several green threads want at the same moment is done in one go.

Nobody waits for company: while one go is under way the next one collects what arrives. Alone, an
item is done at once; under load a hundred finds or writes become one, at a fraction of the cost.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import eventlet
from eventlet.event import Event as Signal

T = TypeVar("T")
R = TypeVar("R")


class _Wish(Generic[T, R]):
    """Items of one caller, and what came of them."""

    __slots__ = ("error", "items", "results", "signal")

    def __init__(self, items: Sequence[T]) -> None:
        self.items = items
        self.results: Sequence[R] = ()
        self.error: Exception | None = None
        self.signal = Signal()

    def wait(self) -> Sequence[R]:
        """Give the results once they are there; raises what the function raised."""
        self.signal.wait()
        if self.error is not None:
            raise self.error
        return self.results


class Gathered(Generic[T, R]):
    """A function over many items, called by many with few."""

    def __init__(self, run: Callable[[list[T]], Sequence[R]], *, most: int = 1000) -> None:
        self._run = run
        self._most = most
        self._wishes: list[_Wish[T, R]] = []
        self._running = False

    def one(self, item: T) -> R:
        """Give the result for one item; raises what the function raises."""
        return self.many([item])[0]

    def many(self, items: Sequence[T]) -> Sequence[R]:
        """Give the results in the items' order; a caller's items are never parted."""
        return self.begin(items)() if items else []

    def begin(self, items: Sequence[T]) -> Callable[[], Sequence[R]]:
        """Have items done while the caller does something else; gives what waits for the results.

        It may be called again, or not at all.
        """
        wish: _Wish[T, R] = _Wish(items)
        self._wishes.append(wish)
        if not self._running:
            self._running = True
            eventlet.spawn_n(self._fulfil)
        return wish.wait

    def _fulfil(self) -> None:
        try:
            while self._wishes:
                self._go(self._next())
        finally:
            self._running = False

    def _next(self) -> list[_Wish[T, R]]:
        count = 0
        for taken, wish in enumerate(self._wishes):
            count += len(wish.items)
            if count > self._most and taken:
                group, self._wishes = self._wishes[:taken], self._wishes[taken:]
                return group
        group, self._wishes = self._wishes, []
        return group

    def _go(self, group: list[_Wish[T, R]]) -> None:
        try:
            results = self._run([item for wish in group for item in wish.items])
        except Exception as error:  # noqa: BLE001 - every caller is told
            for wish in group:
                wish.error = error
        else:
            start = 0
            for wish in group:
                wish.results = results[start : start + len(wish.items)]
                start += len(wish.items)
        for wish in group:
            wish.signal.send()

"""Doing many things at once, but not too many, and not too fast."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

T = TypeVar("T")


class Pace:
    """Lets at most `rate` pass in a second; without a rate, everybody at once."""

    def __init__(self, rate: float | None = None) -> None:
        self._gap = 1 / rate if rate else 0.0
        self._next = 0.0

    async def wait(self) -> None:
        """Wait for one's turn."""
        if self._gap:
            now = asyncio.get_running_loop().time()
            turn = max(now, self._next)
            self._next = turn + self._gap
            await asyncio.sleep(turn - now)


async def in_parallel(
    items: Iterable[T], work: Callable[[T], Awaitable[None]], *, at_once: int
) -> None:
    """Do the work for every item, beginning in their order, some at once.

    The first failure ends the rest.
    """
    waiting = iter(items)

    async def worker() -> None:
        for item in waiting:
            await work(item)

    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(worker())

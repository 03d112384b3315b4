"""Gathering as in `gather.py`, on the gateway's loop: what many tasks want is done in one go.

Nobody waits for company: what comes in one turn of the loop goes at its end, and while as many goes
are under way as may be, the next one collects what arrives.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Gathered(Generic[T, R]):
    """A function over many items, awaited by many with one each."""

    def __init__(
        self, run: Callable[[Sequence[T]], Awaitable[Sequence[R]]], *, at_once: float = 1, most: int
    ) -> None:
        self._run = run
        self._at_once = at_once
        self._most = most
        self._under_way = 0
        self._is_called = False
        self._waiting: list[tuple[T, asyncio.Future[R]]] = []
        #: Held here, because the loop itself holds no task.
        self._tasks: set[asyncio.Task[None]] = set()

    async def one(self, item: T) -> R:
        """Give the result for an item; raises what the function raises."""
        result: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, result))
        self._come()
        return await result

    def _come(self) -> None:
        """Have those who wait go at the end of the loop's turn, where there is a place."""
        if self._waiting and not self._is_called and self._under_way < self._at_once:
            self._is_called = True
            asyncio.get_running_loop().call_soon(self._set_off)

    def _set_off(self) -> None:
        """Let those who wait go; not those who have given up."""
        self._is_called = False
        waiting = [(item, result) for item, result in self._waiting if not result.done()]
        group, self._waiting = waiting[: self._most], waiting[self._most :]
        if group:
            self._under_way += 1
            task = asyncio.get_running_loop().create_task(self._go(group))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        self._come()

    async def _go(self, group: Sequence[tuple[T, asyncio.Future[R]]]) -> None:
        error: Exception = ConnectionAbortedError()
        try:
            results = await self._run([item for item, _result in group])
            for (_item, waiting), result in zip(group, results, strict=True):
                if not waiting.done():
                    waiting.set_result(result)
        except Exception as raised:  # noqa: BLE001 - every caller is told
            error = raised
        finally:
            for _item, waiting in group:
                if not waiting.done():
                    waiting.set_exception(error)
            self._under_way -= 1
            self._come()

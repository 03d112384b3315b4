"""What the local ends of outside channels have in common: they keep, list, and misbehave.

Each runs on the same two cores as what is measured against it, so work is put off until somebody
looks, and everything is bounded.
"""

import asyncio
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

import uvloop
from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from deploy.local.ports import HOST

Item = TypeVar("Item")

_KEPT_BYTES = 64 * 1024 * 1024
_OVERHEAD_BYTES = 500  # what an item costs beside its own text
_SHUTDOWN_SECONDS = 1.0


class Kept(Generic[Item]):
    """The latest of what came in, as much as fits, and the number of all that came."""

    def __init__(self, limit_bytes: int = _KEPT_BYTES) -> None:
        self.received = 0
        self._limit = limit_bytes
        self._bytes = 0
        self._items: deque[tuple[int, Item]] = deque()

    def add(self, item: Item, size: int) -> list[Item]:
        """Keep the item and return those that had to go for it."""
        size += _OVERHEAD_BYTES
        self.received += 1
        self._items.append((size, item))
        self._bytes += size
        dropped = []
        while self._bytes > self._limit and len(self._items) > 1:
            old_size, old = self._items.popleft()
            self._bytes -= old_size
            dropped.append(old)
        return dropped

    def clear(self) -> None:
        self.received = 0
        self._bytes = 0
        self._items.clear()

    def __iter__(self) -> Iterator[Item]:
        return (item for _, item in self._items)


class Behaviour(BaseModel):
    """How a sink treats what comes: `{}` is well, anything else is for tests of our own side."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    status: int | None = Field(None, ge=300, le=599, description="answer this instead of success")
    hang_seconds: float = Field(0, ge=0, le=600, description="wait so long before any answer")
    times: int | None = Field(None, ge=1, description="only for the next so many; then well again")


class Manners:
    """The behaviour in force, counted down where it is meant for a few times only."""

    def __init__(self) -> None:
        self.behaviour = Behaviour()
        self._left: int | None = None

    def change(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self._left = behaviour.times

    async def next_refusal(self) -> int | None:
        """Hang if so told; return the status to refuse with, or None to be well-behaved."""
        behaviour = self.behaviour
        if self._left is not None:
            self._left -= 1
            if self._left <= 0:
                self.change(Behaviour())
        if behaviour.hang_seconds:
            await asyncio.sleep(behaviour.hang_seconds)
        return behaviour.status


@dataclass
class Desk:
    """The control routes that every sink has beside its own."""

    manners: Manners

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/healthz", self._health),
            web.get("/behaviour", self._show),
            web.put("/behaviour", self._change),
            web.delete("/behaviour", self._reset),
        ]

    async def _health(self, _request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def _show(self, _request: web.Request) -> web.Response:
        return web.json_response(self.manners.behaviour.model_dump())

    async def _change(self, request: web.Request) -> web.Response:
        try:
            self.manners.change(Behaviour.model_validate_json(await request.read()))
        except ValueError as error:
            return web.json_response({"error": str(error)}, status=422)
        return await self._show(request)

    async def _reset(self, request: web.Request) -> web.Response:
        self.manners.change(Behaviour())
        return await self._show(request)


def serve(app: web.Application, port: int) -> None:
    """Serve on 127.0.0.1 until SIGTERM or Ctrl-C."""
    web.run_app(
        app,
        host=HOST,
        port=port,
        access_log=None,
        print=None,
        shutdown_timeout=_SHUTDOWN_SECONDS,
        loop=uvloop.new_event_loop(),
    )

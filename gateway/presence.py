"""Who is looking at a ticket right now, and who is writing: seconds in Redis, nothing durable.

Without Redis nobody is seen; no request waits for it, and none fails.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final

import msgspec
from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from redis.exceptions import RedisError

from chassis.logging import get_logger
from gateway.limits import REDIS_SECONDS

#: So long somebody is seen after he was last heard of; a page says so every ten seconds or so.
SEEN_SECONDS: Final = 25
_REST_SECONDS: Final = 2.0
#: A ticket is not a stage.
_MOST: Final = 50

log = get_logger(__name__)


class Viewer(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who is looking at a ticket."""

    person: str
    name: str
    typing: bool
    #: Seconds since 1970.
    seen: float


class Presence:
    """The viewers of tickets: one hash each, which ends with the last of them."""

    def __init__(self, redis_url: str, clock: Callable[[], float] = time.time) -> None:
        self._redis = Redis.from_url(
            redis_url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS
        )
        self._clock = clock
        self._rest_until = 0.0

    async def see(self, code: str, viewer: Viewer) -> None:
        """Say that somebody is looking, or writing."""
        key, entry = _key(code), msgspec.json.encode(viewer)

        def order(pipe: Pipeline) -> None:
            pipe.hset(key, viewer.person, entry)
            pipe.expire(key, SEEN_SECONDS)

        await self._do(order)

    async def leave(self, code: str, person: str) -> None:
        """Say that somebody looks no longer."""
        await self._do(lambda pipe: pipe.hdel(_key(code), person))

    async def at(self, code: str) -> list[Viewer]:
        """Give who is looking now, in the order of their ids."""
        found = await self._do(lambda pipe: pipe.hgetall(_key(code)))
        entries = found[0] if found else {}
        viewers = [msgspec.json.decode(entry, type=Viewer) for entry in entries.values()]
        recent = [each for each in viewers if self._clock() - each.seen <= SEEN_SECONDS]
        return sorted(recent, key=lambda each: each.person)[:_MOST]

    async def _do(self, order: Callable[[Pipeline], object]) -> list[Any]:
        if self._clock() < self._rest_until:
            return []
        try:
            async with asyncio.timeout(REDIS_SECONDS):
                pipe = self._redis.pipeline(transaction=False)
                order(pipe)
                found: list[Any] = await pipe.execute()
                return found
        except (RedisError, OSError) as error:
            self._rest_until = self._clock() + _REST_SECONDS
            log.warning("viewers_without_redis", reason=type(error).__name__)
            return []


def _key(code: str) -> str:
    return f"gateway:viewers:{code}"

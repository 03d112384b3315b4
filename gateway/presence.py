"""Who is looking at a ticket right now, and who is writing: seconds in Redis, nothing durable.

Without Redis nobody is seen; no request waits for it, and none fails.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

import msgspec
from redis.asyncio.client import Pipeline

from gateway.aside import Aside

#: So long somebody is seen after he was last heard of; a page says so every ten seconds or so.
SEEN_SECONDS: Final = 25
#: A ticket is not a stage.
_MOST: Final = 50


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
        self._aside = Aside(redis_url, "viewers", clock)
        self._clock = clock

    async def see(self, code: str, viewer: Viewer) -> None:
        """Say that somebody is looking, or writing."""
        key, entry = _key(code), msgspec.json.encode(viewer)

        def order(pipe: Pipeline) -> None:
            pipe.hset(key, viewer.person, entry)
            pipe.expire(key, SEEN_SECONDS)

        await self._aside.do(order)

    async def leave(self, code: str, person: str) -> None:
        """Say that somebody looks no longer."""
        await self._aside.do(lambda pipe: pipe.hdel(_key(code), person))

    async def at(self, code: str) -> list[Viewer]:
        """Give who is looking now, in the order of their ids."""
        found = await self._aside.do(lambda pipe: pipe.hgetall(_key(code)))
        entries = found[0] if found else {}
        viewers = [msgspec.json.decode(entry, type=Viewer) for entry in entries.values()]
        recent = [each for each in viewers if self._clock() - each.seen <= SEEN_SECONDS]
        return sorted(recent, key=lambda each: each.person)[:_MOST]


def _key(code: str) -> str:
    return f"gateway:viewers:{code}"

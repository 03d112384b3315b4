"""Which sessions somebody has open, so that he can end one: in Redis, for as long as they may last.

A session itself is its token; this list is only looked at. Without Redis it is empty, and no
request waits for it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

import msgspec
from redis.asyncio.client import Pipeline

from gateway.aside import Aside

#: So many are shown; who has more has other worries.
_MOST: Final = 50


class OpenSession(msgspec.Struct, frozen=True, kw_only=True):
    """A session as its owner sees it; instants are seconds since 1970."""

    id: str
    since: float
    #: When it was opened or continued last.
    seen: float
    address: str
    #: What the browser or program calls itself.
    agent: str


class OwnSessions:
    """The open sessions of each person: one hash each."""

    def __init__(
        self,
        redis_url: str,
        *,
        idle_seconds: float,
        keep_seconds: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._aside = Aside(redis_url, "sessions", clock)
        self._idle_seconds = idle_seconds
        self._keep_seconds = int(keep_seconds)
        self._clock = clock

    async def note(self, person: str, session: OpenSession) -> None:
        """Note that a session was opened or continued."""
        key, entry = _key(person), msgspec.json.encode(session)

        def order(pipe: Pipeline) -> None:
            pipe.hset(key, session.id, entry)
            pipe.expire(key, self._keep_seconds)

        await self._aside.do(order)

    async def forget(self, person: str, session: str) -> None:
        """Forget one that has ended."""
        await self._aside.do(lambda pipe: pipe.hdel(_key(person), session))

    async def forget_all(self, person: str) -> None:
        """Forget all of them."""
        await self._aside.do(lambda pipe: pipe.delete(_key(person)))

    async def of(self, person: str) -> list[OpenSession]:
        """Give those that may still be continued, the newest first."""
        found = await self._aside.do(lambda pipe: pipe.hgetall(_key(person)))
        entries = found[0] if found else {}
        sessions = [msgspec.json.decode(entry, type=OpenSession) for entry in entries.values()]
        oldest = self._clock() - self._idle_seconds
        alive = [each for each in sessions if each.seen > oldest]
        return sorted(alive, key=lambda each: -each.since)[:_MOST]


def _key(person: str) -> str:
    return f"gateway:sessions:{person}"

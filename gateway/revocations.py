"""Sessions that ended before their time, known to every gateway through Redis.

Each process keeps the list in memory, so that no request waits for Redis: while Redis is away,
a session that ends here is refused here at once, and the others learn of it when Redis is back.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Any, Final

from redis.asyncio import Redis
from redis.exceptions import RedisError

from chassis.logging import get_logger
from chassis.metrics import metric
from gateway.security import Session

_SET: Final = "gateway:revoked_sessions"
_CHANNEL: Final = "gateway:revoked_sessions"
#: The whole list is read again this often, in case a message was missed.
_RELOAD_SECONDS: Final = 30.0
_PAUSE_SECONDS: Final = 1.0

log = get_logger(__name__)


class Revocations:
    """Names of what has ended; `follow` keeps them the same as the other gateways' lists.

    A name is a session's id, `key:` and the id of a system's key, or `person:` and an id: then it
    is every session of that person that was opened before he was named. Each has the instant when
    it may be forgotten.
    """

    def __init__(self, redis: Redis, *, keep_seconds: float) -> None:
        self._redis = redis
        self._keep_seconds = keep_seconds
        self._ended: dict[str, float] = {}
        self._untold: dict[str, float] = {}

    def has_ended(self, session: Session) -> bool:
        """Tell whether a session was ended before its time."""
        named_until = self._ended.get(_all_of(session.staff.id), 0.0)
        return session.id in self._ended or session.since <= named_until - self._keep_seconds

    async def end(self, session: Session) -> None:
        """End a session here at once, and everywhere as soon as Redis takes it."""
        await self.end_named(session.id)

    async def end_named(self, session_id: str) -> None:
        """End the session of an id, in the same way."""
        await self._end(session_id)

    def has_ended_named(self, session_id: str) -> bool:
        """Tell whether the session of an id was ended before its time."""
        return session_id in self._ended

    async def end_all_of(self, person: str) -> None:
        """End every session that a person has opened until now."""
        await self._end(_all_of(person))

    def has_ended_key(self, key: str) -> bool:
        """Tell whether a system's key was revoked."""
        return _key(key) in self._ended

    async def end_key(self, key: str) -> None:
        """End whatever was opened with a system's key, and let nobody in with it."""
        await self._end(_key(key))

    async def _end(self, name: str) -> None:
        until = time.time() + self._keep_seconds
        self._ended[name] = self._untold[name] = until
        with contextlib.suppress(RedisError, OSError, TimeoutError):
            await self._tell()

    async def follow(self) -> None:
        """Keep the list current until cancelled."""
        while True:
            try:
                await self._listen()
            except (RedisError, OSError, TimeoutError) as error:
                log.warning("revocations_not_followed", reason=type(error).__name__)
                metric("peygir_redis_connected").set(0)
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _listen(self) -> None:
        async with self._redis.pubsub(ignore_subscribe_messages=True) as messages:
            await messages.subscribe(_CHANNEL)
            while True:
                await self._tell()
                await self.compare()
                metric("peygir_redis_connected").set(1)
                await self._hear(messages, asyncio.get_running_loop().time() + _RELOAD_SECONDS)

    async def _hear(self, messages: Any, deadline: float) -> None:
        while (left := deadline - asyncio.get_running_loop().time()) > 0:
            message = await messages.get_message(timeout=left)
            if message is not None:
                until, _, name = message["data"].decode().partition(" ")
                self._ended[name] = float(until)

    async def compare(self) -> None:
        """Learn what Redis knows, and tell it what it has forgotten.

        A Redis that was flushed or began anew has lost the list; a gateway that starts next would
        let every ended session in again.
        """
        rows: Any = await self._redis.zrangebyscore(_SET, time.time(), "+inf", withscores=True)
        known = {name.decode(): until for name, until in rows}
        now = time.time()
        self._ended = {name: until for name, until in self._ended.items() if until > now}
        self._untold |= {name: self._ended[name] for name in self._ended.keys() - known.keys()}
        self._ended |= known
        await self._tell()

    async def _tell(self) -> None:
        for name, until in list(self._untold.items()):
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.zadd(_SET, {name: until})
                pipe.zremrangebyscore(_SET, "-inf", time.time())
                pipe.publish(_CHANNEL, f"{until!r} {name}")
                await pipe.execute()
            if self._untold.get(name) == until:
                del self._untold[name]


def _all_of(person: str) -> str:
    return f"person:{person}"


def _key(key: str) -> str:
    return f"key:{key}"

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

_SET: Final = "gateway:revoked_sessions"
_CHANNEL: Final = "gateway:revoked_sessions"
#: The whole list is read again this often, in case a message was missed.
_RELOAD_SECONDS: Final = 30.0
_PAUSE_SECONDS: Final = 1.0

log = get_logger(__name__)


class Revocations:
    """The ids of ended sessions; `follow` keeps them the same as the other gateways' lists."""

    def __init__(self, redis: Redis, *, keep_seconds: float) -> None:
        self._redis = redis
        self._keep_seconds = keep_seconds
        self._ended: dict[str, float] = {}
        self._untold: dict[str, float] = {}

    def __contains__(self, session_id: object) -> bool:
        return session_id in self._ended

    async def end(self, session_id: str) -> None:
        """End a session here at once, and everywhere as soon as Redis takes it."""
        until = time.time() + self._keep_seconds
        self._ended[session_id] = self._untold[session_id] = until
        with contextlib.suppress(RedisError, OSError, TimeoutError):
            await self._tell()

    async def follow(self) -> None:
        """Keep the list current until cancelled."""
        while True:
            try:
                await self._listen()
            except (RedisError, OSError, TimeoutError) as error:
                log.warning("revocations_not_followed", reason=type(error).__name__)
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _listen(self) -> None:
        async with self._redis.pubsub(ignore_subscribe_messages=True) as messages:
            await messages.subscribe(_CHANNEL)
            while True:
                await self._tell()
                await self._load()
                await self._hear(messages, asyncio.get_running_loop().time() + _RELOAD_SECONDS)

    async def _hear(self, messages: Any, until: float) -> None:
        while (left := until - asyncio.get_running_loop().time()) > 0:
            message = await messages.get_message(timeout=left)
            if message is not None:
                session_id = message["data"].decode()
                self._ended[session_id] = time.time() + self._keep_seconds

    async def _load(self) -> None:
        rows: Any = await self._redis.zrangebyscore(_SET, time.time(), "+inf", withscores=True)
        now = time.time()
        self._ended = {name: until for name, until in self._ended.items() if until > now}
        self._ended.update((name.decode(), until) for name, until in rows)

    async def _tell(self) -> None:
        for session_id, until in list(self._untold.items()):
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.zadd(_SET, {session_id: until})
                pipe.zremrangebyscore(_SET, "-inf", time.time())
                pipe.publish(_CHANNEL, session_id)
                await pipe.execute()
            self._untold.pop(session_id, None)

"""Redis for what an answer can do without: half a second, then a short rest, never a failure."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from redis.exceptions import RedisError

from chassis.logging import get_logger
from gateway.limits import REDIS_SECONDS

_REST_SECONDS: Final = 2.0

log = get_logger(__name__)


class Aside:
    """Does what it is told in one round trip; gives nothing while Redis is away."""

    def __init__(self, redis_url: str, what: str, clock: Callable[[], float] = time.time) -> None:
        self._redis = Redis.from_url(
            redis_url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS
        )
        self._what = what
        self._clock = clock
        self._rest_until = 0.0

    async def do(self, order: Callable[[Pipeline], object]) -> list[Any]:
        """Have commands carried out; gives an answer for each."""
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
            log.warning("without_redis", what=self._what, reason=type(error).__name__)
            return []

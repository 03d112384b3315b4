"""How often somebody unknown may try: counted in Redis for all gateways, in memory without it.

Redis is never in the way: it gets half a second, and after a failure a short rest during which
each process counts for itself with the same limits.
"""

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
import math
import time
from collections.abc import Callable, Mapping
from typing import Final

from limits import RateLimitItem, parse_many
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from chassis.errors import TooMany
from chassis.logging import get_logger
from chassis.metrics import metric
from gateway.settings import GatewaySettings

REDIS_SECONDS: Final = 0.5
_REST_SECONDS: Final = 2.0
_IPV6_NETWORK: Final = 64

log = get_logger(__name__)


class LimitReached(TooMany):
    """Raised when somebody has tried too often."""

    def __init__(self, name: str, item: RateLimitItem, reset: float) -> None:
        super().__init__("rate_limited", retry_after=reset)
        self.params = {"seconds": math.ceil(reset)}
        self.headers = {
            "ratelimit-policy": f'"{name}";q={item.amount};w={item.get_expiry()}',
            "ratelimit": f'"{name}";r=0;t={math.ceil(reset)}',
        }


class Limits:
    """The named limits, each counted per whoever it is spent for."""

    def __init__(
        self,
        limits: Mapping[str, str],
        *,
        redis_url: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._items = {name: parse_many(text) for name, text in limits.items()}
        options = {"socket_timeout": REDIS_SECONDS, "socket_connect_timeout": REDIS_SECONDS}
        # Without the choice of implementation the library asks for coredis.
        shared = RedisStorage(
            redis_url,
            wrap_exceptions=True,
            implementation="redispy",
            key_prefix="gateway",
            **options,
        )
        self._shared = SlidingWindowCounterRateLimiter(shared)
        self._alone = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._clock = clock
        self._rest_until = 0.0

    async def spend(self, name: str, who: str) -> None:
        """Count one try; raises LimitReached when it was one too many."""
        for item in self._items[name]:
            limiter = self._limiter()
            try:
                await self._spend(limiter, name, item, who)
            except LimitReached:
                metric("peygir_rate_limited_total", name).inc()
                raise
            except Exception as error:  # noqa: BLE001 - whatever Redis's client may raise
                self._rest(error)
                await self._spend(self._alone, name, item, who)

    async def _spend(
        self,
        limiter: SlidingWindowCounterRateLimiter,
        name: str,
        item: RateLimitItem,
        who: str,
    ) -> None:
        async with asyncio.timeout(REDIS_SECONDS):
            if await limiter.hit(item, name, who):
                return
            stats = await limiter.get_window_stats(item, name, who)
        raise LimitReached(name, item, max(1.0, stats.reset_time - time.time()))

    def _limiter(self) -> SlidingWindowCounterRateLimiter:
        return self._alone if self._clock() < self._rest_until else self._shared

    def _rest(self, error: Exception) -> None:
        self._rest_until = self._clock() + _REST_SECONDS
        log.warning("limits_without_redis", reason=type(error).__name__)


def limits_of(settings: GatewaySettings) -> dict[str, str]:
    """Give the limits by name, as settings have them."""
    return {
        "register": settings.limit_register,
        "track": settings.limit_track,
        "track_code": settings.limit_track_code,
        "sign_in": settings.limit_sign_in,
        "sign_in_name": settings.limit_sign_in_name,
    }


def network_of(address: str) -> str:
    """Give what an address counts as: an IPv6 network of 64 bits is one customer."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, _IPV6_NETWORK), strict=False).network_address)


def hidden(name: str) -> str:
    """Give a name as a key that does not show it."""
    return hashlib.blake2b(name.casefold().encode(), digest_size=12).hexdigest()

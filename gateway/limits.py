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
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from limits import RateLimitItem, parse_many
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from redis.asyncio import Redis
from redis.exceptions import RedisError

from chassis.errors import TooMany
from chassis.gather_aio import Gathered
from chassis.logging import get_logger
from chassis.metrics import metric
from gateway.settings import GatewaySettings

REDIS_SECONDS: Final = 0.5
_REST_SECONDS: Final = 2.0
_IPV6_NETWORK: Final = 64
#: A name, the limit, and who it is counted for.
_Try = tuple[str, RateLimitItem, str]
#: Which limit stands in the way, counted from one, and for how many seconds; 0: none.
_Refused = tuple[int, bytes]
#: Requests that are counted together, at most.
_MOST: Final = 200
#: Of each request, counts one try against every limit, or against none and says which stands in the
#: way, and for how many seconds: all in one round trip, by Redis's own clock. A sliding window: of
#: the tries in the window before, as large a share counts as still lies within the last span. The
#: `limits` library counts the same way, with one round trip for each limit. KEYS are the requests'
#: limits one after the other; ARGV has of each its tries and seconds, then of each request the
#: number of its limits.
_COUNT: Final = """
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local function counted(first, last)
  local windows = {}
  for i = first, last do
    local key = KEYS[i]
    local amount, span = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
    local held = redis.call('HMGET', key, 'start', 'count', 'before')
    local start = tonumber(held[1] or now)
    local count, before = tonumber(held[2] or 0), tonumber(held[3] or 0)
    local passed = math.floor((now - start) / span)
    if passed == 1 then before = count elseif passed > 1 then before = 0 end
    if passed > 0 then start, count = start + passed * span, 0 end
    if count + before * (1 - (now - start) / span) + 1 > amount then
      local at = start + span
      if count >= amount then at = at + span * (1 - (amount - 1) / count)
      elseif before > 0 then at = start + span * (1 - (amount - 1 - count) / before) end
      return {i - first + 1, tostring(math.max(1, at - now))}
    end
    windows[i - first + 1] = {key, start, count + 1, before, span}
  end
  for _, w in ipairs(windows) do
    redis.call('HSET', w[1], 'start', string.format('%.6f', w[2]), 'count', w[3], 'before', w[4])
    redis.call('EXPIRE', w[1], 2 * w[5])
  end
  return {0, '0'}
end
local found, first = {}, 1
for i = 2 * #KEYS + 1, #ARGV do
  local last = first + ARGV[i] - 1
  found[#found + 1] = counted(first, last)
  first = last + 1
end
return found
"""

log = get_logger(__name__)


class LimitReached(TooMany):
    """Raised when somebody has tried too often."""

    def __init__(self, name: str, item: RateLimitItem, reset: float) -> None:
        super().__init__("rate_limited", retry_after=reset)
        self.name = name
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
        redis = Redis.from_url(
            redis_url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS
        )
        self._shared = redis.register_script(_COUNT)
        self._counts: Gathered[Sequence[_Try], _Refused] = Gathered(self._count, most=_MOST)
        self._alone = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._clock = clock
        self._rest_until = 0.0
        for name in self._items:
            metric("peygir_rate_limited_total", name)

    async def spend(self, **tries: str) -> None:
        """Count one try against each limit named; raises LimitReached when it was one too many.

        What is refused counts against none of them.
        """
        asked = [(name, item, who) for name, who in tries.items() for item in self._items[name]]
        try:
            if self.is_resting:
                await self._spend_alone(asked)
            else:
                await self._spend_shared(asked)
        except LimitReached as reached:
            metric("peygir_rate_limited_total", reached.name).inc()
            raise

    @property
    def is_resting(self) -> bool:
        """Whether Redis is left alone for a moment."""
        return self._clock() < self._rest_until

    async def _spend_shared(self, asked: Sequence[_Try]) -> None:
        try:
            async with asyncio.timeout(REDIS_SECONDS):
                refused, seconds = await self._counts.one(asked)
        except (RedisError, OSError) as error:
            self._rest(error)
            await self._spend_alone(asked)
            return
        if refused:
            name, item, _who = asked[refused - 1]
            raise LimitReached(name, item, float(seconds))

    async def _count(self, requests: Sequence[Sequence[_Try]]) -> Sequence[_Refused]:
        """Count the tries of many requests, each for itself."""
        tries = [each for asked in requests for each in asked]
        keys = [f"gateway:limit:{name}:{item.get_expiry()}:{who}" for name, item, who in tries]
        numbers = [n for _, item, _ in tries for n in (item.amount, item.get_expiry())]
        sizes = [len(asked) for asked in requests]
        async with asyncio.timeout(REDIS_SECONDS):
            found: Sequence[_Refused] = await self._shared(keys=keys, args=[*numbers, *sizes])
        return found

    async def _spend_alone(self, asked: Sequence[_Try]) -> None:
        for name, item, who in asked:
            if not await self._alone.hit(item, name, who):
                stats = await self._alone.get_window_stats(item, name, who)
                raise LimitReached(name, item, max(1.0, stats.reset_time - time.time()))

    def _rest(self, error: Exception) -> None:
        self._rest_until = self._clock() + _REST_SECONDS
        log.warning("limits_without_redis", reason=type(error).__name__)


def limits_of(settings: GatewaySettings) -> dict[str, str]:
    """Give the limits by name, as settings have them."""
    return {
        "register": settings.limit_register,
        "track": settings.limit_track,
        "track_code": settings.limit_track_code,
        "code": settings.limit_code,
        "code_try": settings.limit_code_try,
        "code_claim": settings.limit_code_claim,
        "sign_in": settings.limit_sign_in,
        "sign_in_name": settings.limit_sign_in_name,
        "partner": settings.limit_partner,
        "key": settings.limit_key,
    }


@lru_cache(maxsize=4096)
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

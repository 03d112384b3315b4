"""The load driver: arrivals at a rate, or a number of callers who wait for each answer.

At a rate, a request's time counts from when it was to be sent, not from when the driver came to
it: otherwise a system that stalls would look better by sending its callers home.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import aiohttp


@dataclass
class Measured:
    """Times of what went well, in seconds, and how much did not."""

    seconds: list[float] = field(default_factory=list)
    failed: int = 0
    lasted: float = 0.0
    answers: list[dict[str, object]] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.seconds) / self.lasted if self.lasted else 0.0

    def percentile(self, share: float) -> float:
        """Give a percentile in milliseconds."""
        ordered = sorted(self.seconds)
        return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0

    def row(self) -> dict[str, float]:
        """Give the figures of one line of results."""
        return {
            "requests": len(self.seconds),
            "failed": self.failed,
            "per_second": round(self.rate, 1),
            "p50_ms": round(self.percentile(0.50), 1),
            "p95_ms": round(self.percentile(0.95), 1),
            "p99_ms": round(self.percentile(0.99), 1),
        }


#: Sends request number n; gives the answer, or None when it failed.
Send = Callable[[aiohttp.ClientSession, int], Awaitable[dict[str, object] | None]]


def session() -> aiohttp.ClientSession:
    """Give a session without a limit on connections."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0),
        timeout=aiohttp.ClientTimeout(total=30),
        cookie_jar=aiohttp.DummyCookieJar(),
    )


async def at_rate(send: Send, *, rate: float, seconds: float) -> Measured:
    """Send at a steady rate, whether answers come or not."""
    measured = Measured()
    async with session() as http, asyncio.TaskGroup() as sent:
        started = time.perf_counter()
        for number in range(int(rate * seconds)):
            due = started + number / rate
            # Each begins when it is due: to make them all before would hold up the first ones.
            if (pause := due - time.perf_counter()) > 0:
                await asyncio.sleep(pause)
            sent.create_task(_send(http, send, number, due, measured))
    measured.lasted = time.perf_counter() - started
    return measured


async def by_callers(send: Send, *, callers: int, count: int) -> Measured:
    """Have callers send `count` requests in all, each the next when the last is answered."""
    measured = Measured()
    numbers = iter(range(count))
    async with session() as http:
        started = time.perf_counter()

        async def caller() -> None:
            for number in numbers:
                await _send(http, send, number, time.perf_counter(), measured)

        await asyncio.gather(*(caller() for _ in range(callers)))
        measured.lasted = time.perf_counter() - started
    return measured


async def _send(
    http: aiohttp.ClientSession, send: Send, number: int, since: float, measured: Measured
) -> None:
    try:
        answer = await send(http, number)
    except (aiohttp.ClientError, TimeoutError):
        answer = None
    if answer is None:
        measured.failed += 1
    else:
        measured.seconds.append(time.perf_counter() - since)
        measured.answers.append(answer)

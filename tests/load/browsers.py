"""Two hundred open pages of staff: how soon they hear of a ticket, and what they cost others."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from http import HTTPStatus

import aiohttp

from tests.load.driver import Measured, at_rate, session
from tests.load.people import People

BROWSERS = 200
#: One ticket a second: so each hint is of the ticket before it.
_PAUSE_SECONDS = 1.0
_LEAST = 10
#: Who looks at all units' queues.
_WHO = ("supervisor", "manager", "admin")
#: Of a unit that each of them sees.
_SUBJECT = "it.network"
_DATA = b"data: "


async def told(people: People, seconds: float) -> Measured:
    """From sending a request to each open page hearing that somebody has work to do."""
    measured = Measured()
    count = max(_LEAST, int(seconds / _PAUSE_SECONDS))
    async with session() as http, _open(people) as pages:
        began = time.perf_counter()
        for _ in range(count):
            pages.heard.clear()
            sent = time.perf_counter()
            await people.register(http, subject=_SUBJECT)
            await asyncio.sleep(max(0.0, sent + _PAUSE_SECONDS - time.perf_counter()))
            measured.seconds += [at - sent for at in pages.heard.values()]
            measured.failed += BROWSERS - len(pages.heard)
        measured.lasted = time.perf_counter() - began
    return measured


async def beside(people: People, seconds: float) -> Measured:
    """Register at the rate of `register_at_rate`, while as many pages are open."""
    async with _open(people):
        return await at_rate(lambda http, _n: people.register(http), rate=100, seconds=seconds)


class _Pages:
    """Open pages, and when each heard of something first."""

    def __init__(self) -> None:
        self.heard: dict[int, float] = {}

    async def follow(self, number: int, response: aiohttp.ClientResponse) -> None:
        """Note when something comes."""
        async for line in response.content:
            if line.startswith(_DATA):
                self.heard.setdefault(number, time.perf_counter())


@contextlib.asynccontextmanager
async def _open(people: People) -> AsyncIterator[_Pages]:
    """Keep pages open; each follows the queues of all units."""
    pages = _Pages()
    units = ",".join(unit["id"] for unit in people.api("admin").get("/admin/units"))
    patient = aiohttp.ClientTimeout(total=None)
    async with session() as http, asyncio.TaskGroup() as group:
        tasks = []
        for number in range(BROWSERS):
            cookie = f"session={people.api(_WHO[number % len(_WHO)]).token}"
            response = await http.get(
                f"{people.url}/desk/live",
                params={"units": units},
                headers={"Cookie": cookie},
                timeout=patient,
            )
            if response.status != HTTPStatus.OK:
                raise AssertionError(f"a page is not kept live: {response.status}")
            tasks.append(group.create_task(pages.follow(number, response)))
        yield pages
        for task in tasks:
            task.cancel()

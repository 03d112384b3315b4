"""Following the event log as a stream: how many events a second one subscriber is sent."""

from __future__ import annotations

import aiohttp

from tests.load.driver import Measured, by_callers
from tests.load.people import Answer, People

_EVENTS_EACH = 1000
_EXPECTED_A_SECOND = 5
_DATA = b"data: "


async def stream(people: People, seconds: float) -> Measured:
    """Follow the log from its beginning, a thousand events at a time, and again after its end."""
    wanted = int(seconds * _EXPECTED_A_SECOND)
    whole = await _count(people, wanted * _EVENTS_EACH) // _EVENTS_EACH
    if not whole:
        raise AssertionError("there are fewer than a thousand events")
    reader = _Reader(people, whole)
    count = max(whole, wanted)
    try:
        return await by_callers(reader.read, callers=1, count=count)
    finally:
        await reader.close()


class _Reader:
    """One subscriber, who begins again after so many times a thousand events."""

    def __init__(self, people: People, whole: int) -> None:
        self._people = people
        self._whole = whole
        self._http = aiohttp.ClientSession(read_bufsize=2**20)
        self._response: aiohttp.ClientResponse | None = None

    async def read(self, _http: aiohttp.ClientSession, number: int) -> Answer:
        """Read the next thousand events."""
        if number % self._whole == 0:
            await self._begin()
        assert self._response is not None
        found = 0
        async for line in self._response.content:
            found += line.startswith(_DATA)
            if found == _EVENTS_EACH:
                return {"events": found}
        return None

    async def close(self) -> None:
        """Follow no longer."""
        await self._http.close()

    async def _begin(self) -> None:
        if self._response is not None:
            self._response.close()
        headers = {"Authorization": f"Bearer {self._people.api('admin').token}"}
        url = f"{self._people.url}/api/v1/events/stream"
        self._response = await self._http.get(url, headers=headers)


async def _count(people: People, most: int) -> int:
    """Count the events of the log, until there are so many."""
    async with aiohttp.ClientSession() as http:
        found, page = 0, await people.read_on(http, 0)
        while page is not None:
            found += len(page["events"])  # type: ignore[arg-type]
            if page["end"] or found >= most:
                return found
            page = await people.read_on(http, 0)
    raise AssertionError("the log is not given")

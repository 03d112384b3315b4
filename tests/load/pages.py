"""Pages as browsers ask for them: the requester's page of a ticket, and an inbox of 200 tickets."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

import aiohttp

from tests.load.driver import Measured, at_rate
from tests.load.people import Answer, People

_OPEN = 200
_AT_ONCE = 8
_MOST_ROUNDS = 100
_TAKING = {"Accept-Encoding": "gzip", "Accept-Language": "fa"}


async def track(people: People, seconds: float) -> Measured:
    """Have requesters look at their tickets, twenty a second, each having proved himself before."""
    passes: dict[str, str] = {}
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        await _stock(people, http)
        for code, proof in people.codes[:_OPEN]:
            passes[code] = await _proved(people, http, code, proof)
    codes = list(passes)

    async def look(http: aiohttp.ClientSession, number: int) -> Answer:
        code = codes[number % len(codes)]
        return await _page(people, http, f"/track/{code}", f"follow={passes[code]}")

    return await at_rate(look, rate=20, seconds=seconds)


async def inbox(people: People, seconds: float) -> Measured:
    """Have a supervisor look at an inbox of at least 200 tickets, five times a second."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        await _stock(people, http)
        await _fill_inbox(people, http)

    async def look(http: aiohttp.ClientSession, _number: int) -> Answer:
        return await _page(people, http, "/desk", f"session={people.api('supervisor').token}")

    return await at_rate(look, rate=5, seconds=seconds)


async def _stock(people: People, http: aiohttp.ClientSession) -> None:
    """Have tickets enough."""
    while len(people.codes) < _OPEN:
        await asyncio.gather(*(people.register(http) for _ in range(_AT_ONCE)))


async def _fill_inbox(people: People, http: aiohttp.ClientSession) -> None:
    """Register until so many wait for the supervisor: first the experts get what they can carry."""
    seen: set[str] = set()
    for _ in range(_MOST_ROUNDS):
        answer = await people.look_in(http, 0) or {}
        parts = [part for part in answer.values() if isinstance(part, list)]
        codes = {str(ticket["code"]) for part in parts for ticket in part if "code" in ticket}
        if len(codes) >= _OPEN and codes == seen:
            return
        if len(codes) < _OPEN:
            await asyncio.gather(*(people.register(http) for _ in range(_AT_ONCE * 4)))
        else:
            # What was registered is still on its way to everybody.
            await asyncio.sleep(1)
        seen = codes
    raise AssertionError("the supervisor's inbox stays small")


async def _proved(people: People, http: aiohttp.ClientSession, code: str, proof: str) -> str:
    """Give the pass that a browser keeps after code and proof."""
    address = f"10.9.{int(code[-4:-2])}.{int(code[-2:])}"
    async with http.post(
        f"{people.url}/track",
        data={"code": code, "proof": proof},
        headers={"X-Forwarded-For": address},
        allow_redirects=False,
    ) as answer:
        return answer.cookies["follow"].value


async def _page(people: People, http: aiohttp.ClientSession, path: str, cookie: str) -> Answer:
    headers = {**_TAKING, "Cookie": cookie}
    async with http.get(f"{people.url}{path}", headers=headers, allow_redirects=False) as answer:
        await answer.read()
        return {} if answer.status == HTTPStatus.OK else None

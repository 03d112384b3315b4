"""Who sends the requests of a measurement, and what: as clients of the public API, nothing else."""

from __future__ import annotations

import asyncio
import itertools
import time
from typing import Any

import aiohttp

from tests.faults.api import Api

SUBJECTS = ("it.software", "it.hardware", "it.network", "finance.payroll", "hr.leave")
#: A subject whose tickets the demo's people can carry through every step.
_WORKED_ON = "it.software"
_REQUESTERS = 500
_TOKEN_SECONDS = 600.0
#: A step that comes before what it builds on has arrived is refused, and taken again.
_AGAIN = (403, 404, 409)
_PATIENCE_SECONDS = 15.0
_PAUSE_SECONDS = 0.1

Answer = dict[str, object] | None


class People:
    """The demo's accounts and many requesters, at one gateway."""

    def __init__(self, url: str, password: str) -> None:
        self.url = url
        self._password = password
        self._signed_in: dict[str, tuple[Api, float]] = {}
        self._numbers = itertools.count()
        #: Tickets registered so far, each with the proof of its requester.
        self.codes: list[tuple[str, str]] = []
        #: How far the event log has been read.
        self._cursor = ""

    def api(self, who: str) -> Api:
        """Give somebody's way in; his token is renewed before it ends."""
        api, since = self._signed_in.get(who, (None, 0.0))
        if api is None or time.monotonic() - since > _TOKEN_SECONDS:
            api = Api(self.url, who, self._password)
            self._signed_in[who] = (api, time.monotonic())
        return api

    async def register(
        self,
        http: aiohttp.ClientSession,
        *,
        who: str = "admin",
        channel: str = "phone",
        subject: str | None = None,
    ) -> Answer:
        """Register a request."""
        number = next(self._numbers)
        mobile = f"0912{number % _REQUESTERS:07d}"
        body = {
            "subject": subject or SUBJECTS[number % len(SUBJECTS)],
            "title": f"bench {number}",
            "description": "x" * 512,
            "channel": channel,
            "requester": {
                "name": f"Requester {number % _REQUESTERS}",
                "mobile": mobile,
                "email": f"r{number % _REQUESTERS}@example.org",
            },
        }
        status, found = await self._send(http, "POST", "/tickets", who, body)
        if status != 201:
            return None
        self.codes.append((found["code"], mobile[-4:]))
        return found

    async def follow(self, http: aiohttp.ClientSession, number: int) -> Answer:
        """Follow one of the tickets, as its requester: nobody signed in, at an address of his."""
        code, proof = self.codes[number % len(self.codes)]
        address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        headers = {"Peygir-Proof": proof, "X-Forwarded-For": address}
        return await self._get(http, f"/track/{code}", "", headers)

    async def look_in(self, http: aiohttp.ClientSession, _number: int) -> Answer:
        """Read the supervisor's inbox."""
        return await self._get(http, "/inbox", "supervisor")

    async def report(self, http: aiohttp.ClientSession, _number: int) -> Answer:
        """Read a report over everything."""
        return await self._get(http, "/reports/sla_attainment", "manager")

    async def read_on(self, http: aiohttp.ClientSession, _number: int) -> Answer:
        """Read the next thousand events of the log, from the start again after its end."""
        path = f"/events?limit=1000&after={self._cursor}" if self._cursor else "/events?limit=1000"
        found = await self._get(http, path, "admin")
        if found is not None:
            self._cursor = "" if found["end"] else str(found["next"])
        return found

    async def live(self, http: aiohttp.ClientSession, number: int) -> Answer:
        """Carry a ticket through its whole life: eleven commands."""
        registered = await self.register(http, who="desk", subject=_WORKED_ON)
        if registered is None:
            return None
        code, proof = next(item for item in reversed(self.codes) if item[0] == registered["code"])
        as_requester = {"Peygir-Proof": proof}
        ticket, track = f"/tickets/{code}/actions", f"/track/{code}"
        steps: list[tuple[str, str, dict[str, Any]]] = [
            ("supervisor", f"{ticket}/assign", {"person": "expert"}),
            (
                "expert",
                f"{ticket}/log-work",
                {"work_group": "software_fault", "duration": "PT15M", "note": f"note {number}"},
            ),
            ("expert", f"{ticket}/escalate", {"reason": "access is needed"}),
            ("supervisor", f"{ticket}/return", {"proposal": "access is given"}),
            ("desk", f"{ticket}/ask", {"question": "which browser?"}),
            ("admin", f"{track}/messages", {"text": "the usual one"}),
            ("desk", f"{ticket}/answer", {"text": "try again, please"}),
            ("expert", f"{ticket}/done", {"result": "solved"}),
            ("supervisor", f"{ticket}/approve", {}),
            ("admin", f"{track}/feedback", {"score": 5}),
        ]
        for who, path, body in steps:
            # The pass lifts the limit on requests from one address; it is the proof that counts.
            headers = as_requester if path.startswith(track) else {}
            if not await self._insist(http, path, who, body, headers):
                return None
        return {}

    async def _insist(
        self,
        http: aiohttp.ClientSession,
        path: str,
        who: str,
        body: dict[str, Any],
        headers: dict[str, str],
    ) -> bool:
        until = time.monotonic() + _PATIENCE_SECONDS
        while True:
            status, _found = await self._send(http, "POST", path, who, body, headers)
            if status not in _AGAIN or time.monotonic() > until:
                return status < 300
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _get(
        self,
        http: aiohttp.ClientSession,
        path: str,
        who: str,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        status, found = await self._send(http, "GET", path, who, headers=headers)
        return found if status == 200 else None

    async def _send(
        self,
        http: aiohttp.ClientSession,
        method: str,
        path: str,
        who: str,
        body: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, Any]:
        sent = dict(headers or {})
        if who:
            sent["Authorization"] = f"Bearer {self.api(who).token}"
        url = f"{self.url}/api/v1{path}"
        async with http.request(method, url, json=body, headers=sent) as answer:
            return answer.status, await answer.json(content_type=None)

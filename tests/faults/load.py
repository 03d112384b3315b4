"""The load: requests registered at a steady pace, each repeated with its key until acknowledged."""

from __future__ import annotations

import asyncio
import random
import time
from typing import Any

import aiohttp

from tests.faults.ledger import Ledger

_SUBJECTS = ("it.software", "it.hardware", "it.network", "finance.payroll", "hr.leave")
_CREATED = 201
_ATTEMPT_SECONDS = 5.0
_PATIENCE_SECONDS = 180.0


class Load:
    """Registers `count` requests, `rate` a second."""

    def __init__(self, url: str, token: str, ledger: Ledger, *, seed: int) -> None:
        self._url = f"{url}/api/v1/tickets"
        self._headers = {"Authorization": f"Bearer {token}"}
        self._ledger = ledger
        self._random = random.Random(seed)
        self.sent = 0

    async def run(self, count: int, rate: float) -> None:
        """Send on time, whether answers come or not."""
        timeout = aiohttp.ClientTimeout(total=_ATTEMPT_SECONDS)
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(timeout=timeout, connector=connector) as session:
            started = time.monotonic()
            tasks = []
            for number in range(count):
                await asyncio.sleep(max(0.0, started + number / rate - time.monotonic()))
                tasks.append(asyncio.create_task(self._register(session, number)))
                self.sent = number + 1
            await asyncio.gather(*tasks)

    async def _register(self, session: aiohttp.ClientSession, number: int) -> None:
        key = f"faults-{number:06d}-{self._random.getrandbits(48):012x}"
        body = self._body(key)
        self._ledger.attempt(key)
        started = time.monotonic()
        pause = 0.2
        while time.monotonic() - started < _PATIENCE_SECONDS:
            status, code = await self._once(session, key, body)
            if status == _CREATED:
                self._ledger.acknowledge(key, code, time.monotonic() - started)
                return
            self._ledger.refuse(status)
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, 2.0)

    async def _once(
        self, session: aiohttp.ClientSession, key: str, body: dict[str, Any]
    ) -> tuple[int, str]:
        headers = self._headers | {"Idempotency-Key": key}
        try:
            async with session.post(self._url, json=body, headers=headers) as answer:
                content = await answer.json(content_type=None)
                return answer.status, content.get("code", "")
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return 0, ""

    def _body(self, key: str) -> dict[str, Any]:
        number = self._random.randrange(500)
        return {
            "subject": self._random.choice(_SUBJECTS),
            "title": key,
            "description": "x" * 400,
            "channel": "phone",
            "requester": {
                "name": f"Requester {number}",
                "mobile": f"0912{number:07d}",
                "email": f"r{number}@example.org",
            },
        }

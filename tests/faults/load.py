"""The load: requests at a steady pace, and work on some; each command repeated until answered."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any, Self

import aiohttp

from tests.faults.commands import Command, RequestMaker
from tests.faults.ledger import Ledger

_FINE = (200, 201)
_ATTEMPT_SECONDS = 5.0
#: Longer than any fault of ours lasts. Who was refused for so long asks no more.
_PATIENCE_SECONDS = 150.0
_LONGEST_PAUSE = 2.0


class Load:
    """Brings requests, `rate` a second, in a thread of its own; a context manager."""

    def __init__(
        self,
        url: str,
        tokens: Callable[[str], str],
        ledger: Ledger,
        requests: RequestMaker,
        *,
        rate: float,
    ) -> None:
        self._url = f"{url}/api/v1"
        self._tokens = tokens
        self._ledger = ledger
        self._requests = requests
        self._rate = rate
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))
        self._stopped = threading.Event()
        self.sent = 0
        self.started = 0.0

    def __enter__(self) -> Self:
        self.started = time.monotonic()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Bring no more, and wait for the last answer."""
        self._stopped.set()
        self._thread.join()

    async def _run(self) -> None:
        timeout = aiohttp.ClientTimeout(total=_ATTEMPT_SECONDS)
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(timeout=timeout, connector=connector) as session:
            lives: set[asyncio.Task[None]] = set()
            while not self._stopped.is_set():
                life = asyncio.create_task(self._live(session))
                lives.add(life)
                life.add_done_callback(lives.discard)
                self.sent += 1
                await asyncio.sleep(
                    max(0.0, self.started + self.sent / self._rate - time.monotonic())
                )
            await asyncio.gather(*lives)

    async def _live(self, session: aiohttp.ClientSession) -> None:
        """Bring one request, and have people work on it."""
        request = self._requests.next()
        registered = await self._insist(session, request.registering())
        if registered is None:
            return
        for command in request.following(registered["code"]):
            if await self._insist(session, command) is None:
                return

    async def _insist(
        self, session: aiohttp.ClientSession, command: Command
    ) -> dict[str, Any] | None:
        """Repeat a command with its key until it is acknowledged; gives the answer."""
        self._ledger.attempt(command)
        started = time.monotonic()
        pause = 0.2
        while time.monotonic() - started < _PATIENCE_SECONDS:
            status, answer = await self._once(session, command)
            if status in _FINE:
                code = answer.get("code", "")
                self._ledger.acknowledge(command, code, time.monotonic() - started)
                return answer
            self._ledger.refuse(status)
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_PAUSE)
        self._ledger.give_up(command.key)
        return None

    async def _once(
        self, session: aiohttp.ClientSession, command: Command
    ) -> tuple[int, dict[str, Any]]:
        headers = {"Idempotency-Key": command.key, **command.headers}
        if token := self._tokens(command.who):
            headers["Authorization"] = f"Bearer {token}"
        started = time.monotonic()
        try:
            url = self._url + command.path
            async with session.post(url, json=command.body, headers=headers) as answer:
                content = await answer.json(content_type=None)
                return answer.status, content if isinstance(content, dict) else {}
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return 0, {}
        finally:
            self._ledger.took(time.monotonic() - started)

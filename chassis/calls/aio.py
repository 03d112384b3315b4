"""The gateway's way to the services: asyncio, kept connections, deadlines, one retry."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import secrets
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

import aiohttp
import msgspec

from chassis.calls import wire
from chassis.errors import DomainError, Unavailable
from chassis.identity import Identity, Signer

T = TypeVar("T")
#: Connections live about a minute, so that new replicas get their share.
_KEEP_SECONDS = 60.0
#: Less than the services wait for a next request.
_IDLE_SECONDS = 10.0
_PASS_SECONDS = 60.0
_OK = 200


class Answered:
    """What a command answered, and whether an earlier call with its key had done it."""

    __slots__ = ("repeated", "value")

    def __init__(self, value: Any, *, repeated: bool) -> None:
        self.value = value
        self.repeated = repeated


class Services:
    """Calls services by name."""

    def __init__(self, addresses: Mapping[str, list[str]], keys: list[str]) -> None:
        self._turns: dict[str, Iterator[str]] = {
            name: itertools.cycle(urls) for name, urls in addresses.items()
        }
        self._counts = {name: len(urls) for name, urls in addresses.items()}
        self._signer = Signer(keys)
        self._passes: dict[Identity, tuple[str, float]] = {}
        self._session: aiohttp.ClientSession | None = None
        self._opened = 0.0
        self._closing: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()

    async def query(
        self,
        service: str,
        method: str,
        request: Any,
        *,
        identity: Identity,
        answer: type[T] | Any = Any,
        timeout: float = 2.5,  # noqa: ASYNC109 - a deadline that travels with the call
        correlation: str | None = None,
    ) -> T:
        """Ask a service; raises what it answers with, or Unavailable."""
        headers = self._headers(identity, timeout, correlation)
        answered = await self._call(service, method, request, headers, answer, timeout)
        found: T = answered.value
        return found

    async def command(  # noqa: PLR0913 - everything but the request is read by name
        self,
        service: str,
        method: str,
        request: Any,
        *,
        identity: Identity,
        answer: type[T] | Any = Any,
        key: str | None = None,
        at: datetime | None = None,
        timeout: float = 2.5,  # noqa: ASYNC109 - a deadline that travels with the call
        correlation: str | None = None,
    ) -> Answered:
        """Have something done, at most once per key; tried twice within the time.

        Raises what the service answers with, or Unavailable.
        """
        headers = self._headers(identity, timeout, correlation)
        headers[wire.KEY] = key or secrets.token_hex(16)
        if at is not None:
            headers[wire.AT] = at.astimezone(UTC).isoformat()
        return await self._call(service, method, request, headers, answer, timeout)

    async def _call(
        self,
        service: str,
        method: str,
        request: Any,
        headers: dict[str, str],
        answer: Any,
        seconds: float,
    ) -> Answered:
        body = msgspec.json.encode(request)
        deadline = time.monotonic() + seconds
        error: DomainError = Unavailable("service_unavailable", retry_after=1, service=service)
        for attempt in range(1 + max(1, self._counts.get(service, 1))):
            left = deadline - time.monotonic()
            if left <= 0:
                break
            try:
                return await self._once(service, method, body, headers, answer, left)
            except Unavailable as unavailable:
                error = unavailable
                await asyncio.sleep(min(0.05 * (attempt + 1), left))
        raise error

    async def _once(
        self,
        service: str,
        method: str,
        body: bytes,
        headers: dict[str, str],
        answer: Any,
        left: float,
    ) -> Answered:
        url = next(self._turns[service]) + wire.PATH + method
        try:
            async with self._open().post(
                url, data=body, headers=headers, timeout=aiohttp.ClientTimeout(total=left)
            ) as response:
                content = await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError):
            raise Unavailable("service_unavailable", retry_after=1, service=service) from None
        if response.status != _OK:
            raise wire.decode_fault(response.status, content)
        value = wire.decode_answer(content, answer)
        return Answered(value, repeated=wire.REPLAYED in response.headers)

    def _headers(
        self, identity: Identity, seconds: float, correlation: str | None
    ) -> dict[str, str]:
        headers = {
            wire.PASS: self._pass(identity),
            wire.SECONDS: f"{seconds:.3f}",
            "Content-Type": "application/json",
        }
        if correlation:
            headers[wire.CORRELATION] = correlation
        return headers

    def _pass(self, identity: Identity) -> str:
        now = time.time()
        known = self._passes.get(identity)
        if known is None or known[1] < now:
            if len(self._passes) > 10_000:  # noqa: PLR2004 - only a bound on memory
                self._passes.clear()
            token = self._signer.sign(identity, now=now, seconds=_PASS_SECONDS * 2)
            known = self._passes[identity] = (token, now + _PASS_SECONDS)
        return known[0]

    def _open(self) -> aiohttp.ClientSession:
        now = time.monotonic()
        if self._session is None or now - self._opened > _KEEP_SECONDS:
            old, self._session = self._session, self._new_session()
            self._opened = now
            if old is not None:
                task = asyncio.create_task(_close_later(old))
                self._closing.add(task)
                task.add_done_callback(self._closing.discard)
        return self._session

    @staticmethod
    def _new_session() -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=_IDLE_SECONDS)
        return aiohttp.ClientSession(
            connector=connector, auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar()
        )


async def _close_later(session: aiohttp.ClientSession) -> None:
    """Close a session once the calls on it must have ended."""
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.sleep(35)
    await session.close()

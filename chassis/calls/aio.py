"""The gateway's way to the services: passes, deadlines, one retry."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

import msgspec

from chassis.calls import wire
from chassis.calls.channels import Channels
from chassis.calls.messages import Response
from chassis.calls.questions import Questions
from chassis.errors import DomainError, Unavailable
from chassis.identity import Identity, Signer

T = TypeVar("T")
#: Has a call's headers and body travel, and gives the response; raises OSError.
Way = Callable[[Mapping[str, str], bytes], Awaitable[Response]]
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
        self._channels = {name: Channels(urls) for name, urls in addresses.items()}
        self._questions = {name: Questions(each) for name, each in self._channels.items()}
        self._signer = Signer(keys)
        self._passes: dict[Identity, tuple[str, float]] = {}

    async def close(self) -> None:
        """Close every connection."""
        for channels in self._channels.values():
            channels.close()

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
        way = partial(self._questions[service].ask, method)
        answered = await self._call(service, way, request, headers, answer, timeout)
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
        way = partial(self._channels[service].ask, f"{wire.PATH}{method}")
        return await self._call(service, way, request, headers, answer, timeout)

    async def _call(
        self,
        service: str,
        way: Way,
        request: Any,
        headers: dict[str, str],
        answer: Any,
        seconds: float,
    ) -> Answered:
        body = msgspec.json.encode(request)
        deadline = time.monotonic() + seconds
        error: DomainError = Unavailable("service_unavailable", retry_after=1, service=service)
        for attempt in range(1 + max(1, self._channels[service].replicas)):
            left = deadline - time.monotonic()
            if left <= 0:
                break
            try:
                return await self._once(service, way, body, headers, answer, left)
            except Unavailable as unavailable:
                error = unavailable
                await asyncio.sleep(min(0.05 * (attempt + 1), left))
        raise error

    async def _once(
        self,
        service: str,
        way: Way,
        body: bytes,
        headers: dict[str, str],
        answer: Any,
        left: float,
    ) -> Answered:
        try:
            async with asyncio.timeout(left):
                response = await way(headers, body)
        except OSError:
            raise Unavailable("service_unavailable", retry_after=1, service=service) from None
        if response.status != _OK:
            raise wire.decode_fault(response.status, response.body)
        return Answered(wire.decode_answer(response.body, answer), repeated=response.repeated)

    def _headers(
        self, identity: Identity, seconds: float, correlation: str | None
    ) -> dict[str, str]:
        headers = {
            wire.PASS: self._pass(identity),
            wire.SECONDS: f"{seconds:.3f}",
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

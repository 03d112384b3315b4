"""Kept connections of the gateway to one service: asyncio, one call at a time on each."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import deque
from collections.abc import Mapping, Sequence
from typing import cast
from urllib.parse import urlsplit

from chassis.calls.messages import Malformed, Response, ResponseReader, request

#: Connections live about a minute, so that new replicas get their share.
_KEEP_SECONDS = 60.0
#: Less than the services wait for a next request.
_IDLE_SECONDS = 10.0


class Channel(asyncio.Protocol):
    """One connection."""

    def __init__(self, host: str) -> None:
        self.opened = self.used = time.monotonic()
        self._host = host
        self._reader = ResponseReader()
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[Response] | None = None

    @property
    def is_usable(self) -> bool:
        """Whether a next call may go here."""
        now = time.monotonic()
        return (
            self._transport is not None
            and not self._transport.is_closing()
            and now - self.used < _IDLE_SECONDS
            and now - self.opened < _KEEP_SECONDS
        )

    async def ask(self, path: str, headers: Mapping[str, str], body: bytes) -> Response:
        """Call what has the path; raises OSError when the connection ends before its answer."""
        if self._transport is None or self._transport.is_closing():
            raise ConnectionResetError
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request(self._host, path, headers, body))
        response = await self._waiting
        self.used = time.monotonic()
        if response.is_last:
            self.close()
        return response

    def close(self) -> None:
        """Be gone."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Have something to write to."""
        # Not asked for its class: uvloop's transports are none of asyncio's.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Read on; with the end of the answer its caller goes on."""
        try:
            response = self._reader.feed(data)
        except Malformed:
            self._fail(ConnectionAbortedError())
            self.close()
            return
        if response is not None and self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(response)

    def connection_lost(self, exc: Exception | None) -> None:
        """Let who waits know."""
        self._fail(exc if isinstance(exc, OSError) else ConnectionResetError())

    def _fail(self, error: OSError) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(error)


class Channels:
    """The connections to one service, whose replicas take turns."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self.replicas = len(addresses)
        self._turns = itertools.cycle(addresses)
        self._idle: deque[Channel] = deque()

    async def ask(self, path: str, headers: Mapping[str, str], body: bytes) -> Response:
        """Call what has the path, of whichever replica comes; raises OSError without an answer."""
        channel = self._kept() or await self._opened()
        try:
            response = await channel.ask(path, headers, body)
        except BaseException:
            # Who waited may have given up: what comes later is no answer to the next one.
            channel.close()
            raise
        self._idle.append(channel)
        return response

    def close(self) -> None:
        """Close what nobody uses."""
        while self._idle:
            self._idle.pop().close()

    def _kept(self) -> Channel | None:
        """Give the connection used last; those that had nothing to do for long go."""
        while self._idle and not self._idle[0].is_usable:
            self._idle.popleft().close()
        while self._idle:
            channel = self._idle.pop()
            if channel.is_usable:
                return channel
            channel.close()
        return None

    async def _opened(self) -> Channel:
        parts = urlsplit(next(self._turns))
        _transport, channel = await asyncio.get_running_loop().create_connection(
            lambda: Channel(parts.netloc), parts.hostname or "", parts.port or 80
        )
        return channel

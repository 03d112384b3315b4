"""How long and how large a request may be while it arrives, and what is answered to what is none.

What an application sees has arrived by then: who sends a byte every ten seconds, or a header
without an end, is met here or nowhere.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any, Final

import httptools
import msgspec
from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from gateway.errors import MEDIA_TYPE, Refused, bare_problem

_MALFORMED: Final = 400
_TOO_SLOW: Final = 408
_HEAD_TOO_LARGE: Final = 431
_VERSIONS: Final = {"1.0", "1.1"}
_HEAD_BYTES: Final = 32 * 1024
#: What is still read of a body after the answer, so that the answer arrives; then nothing is.
_LINGER_BYTES: Final = 1024 * 1024


def guarded(*, head_seconds: float, body_seconds: float) -> Any:
    """Give the protocol with its deadlines, as uvicorn's option `http` takes it."""
    return partial(GuardedProtocol, head_seconds=head_seconds, body_seconds=body_seconds)


class GuardedProtocol(HttpToolsProtocol):
    """uvicorn's protocol, which by itself waits for ever and takes headers of any size."""

    def __init__(
        self, config: Config, *arguments: Any, head_seconds: float, body_seconds: float, **rest: Any
    ) -> None:
        super().__init__(config, *arguments, **rest)
        self._head_seconds = head_seconds
        self._body_seconds = body_seconds
        self._deadline: asyncio.TimerHandle | None = None
        self._head_bytes: int | None = 0
        self._ignored_bytes = 0
        self._refusal = _MALFORMED

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Expect the first request at once."""
        super().connection_made(transport)
        self._expect_end_within(self._head_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        """Expect nothing any more."""
        self._expect_nothing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, as long as the head is not too large."""
        if self.transport.is_closing():
            return
        was_in_head = self._head_bytes is not None
        if self._deadline is None and not self._is_answering():
            # An empty line before a request begins none, and yet ends uvicorn's wait for one.
            self._expect_end_within(self._head_seconds)
        super().data_received(data)
        if was_in_head and self._head_bytes is not None:
            self._head_bytes += len(data)
            if self._head_bytes > _HEAD_BYTES:
                self._refuse(_HEAD_TOO_LARGE)

    def on_message_begin(self) -> None:
        """Begin to count a head."""
        super().on_message_begin()
        self._head_bytes = 0
        self._expect_end_within(self._head_seconds)

    def on_headers_complete(self) -> None:
        """Go on to the body; raises for a head that came as one large piece or names no version."""
        self._head_bytes = None
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if size > _HEAD_BYTES:
            self._refusal = _HEAD_TOO_LARGE
            raise httptools.HttpParserError("head too large")
        if self.parser.get_http_version() not in _VERSIONS:
            raise httptools.HttpParserError("neither HTTP/1.0 nor 1.1")
        self._expect_end_within(self._body_seconds)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Hand the body on; what comes after the answer is read only for a while."""
        super().on_body(body)
        if self.cycle.response_complete:
            self._ignored_bytes += len(body)
            if self._ignored_bytes > _LINGER_BYTES:
                self.transport.close()

    def on_message_complete(self) -> None:
        """Wait for the answer, or for the next request."""
        self._expect_nothing()
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - the name is uvicorn's
        """Answer what the parser did not take; uvicorn's own words say nothing to a program."""
        self._refuse(self._refusal)

    def _expect_end_within(self, seconds: float) -> None:
        self._expect_nothing()
        self._deadline = self.loop.call_later(seconds, self._run_out)

    def _expect_nothing(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _run_out(self) -> None:
        """End what did not arrive in time: say so, unless nothing was asked or it is answered."""
        if self._head_bytes is None:
            deserves_answer = not self.cycle.response_started
        else:
            deserves_answer = self._head_bytes > 0 and not self._is_answering()
        if deserves_answer:
            self._refuse(_TOO_SLOW)
        else:
            self.transport.close()

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _refuse(self, status: int) -> None:
        if self.transport.is_closing():
            return
        self._expect_nothing()
        body = msgspec.json.encode(bare_problem(Refused(status)))
        head = [
            b"content-type: " + MEDIA_TYPE.encode(),
            b"content-length: %d" % len(body),
            b"cache-control: no-store",
            b"connection: close",
        ]
        self.transport.write(STATUS_LINE[status] + b"\r\n".join([*head, b"", body]))
        self.transport.close()

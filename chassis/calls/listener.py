"""The internal port: connections of our own processes, and whoever else finds it.

A green thread per connection reads a request, has it answered, and reads the next. Limits on heads
and on time; what is no HTTP is told so and let go.
"""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable
from typing import Any

import eventlet

from chassis.calls import wire
from chassis.calls.messages import Head, Malformed, RequestReader, Response
from chassis.errors import Invalid

#: How long a connection may say nothing, and how long a head may take from its first byte.
_IDLE_SECONDS = 15.0
_HEAD_SECONDS = 10.0
#: After a request that was not read to its end: so that the answer arrives before the reset.
_LINGER_SECONDS = 1.0
_LINGER_BYTES = 256 * 1024
_PIECE = 65536


class Request:
    """A request whose head has come."""

    def __init__(self, head: Head, read_body: Callable[[], bytes]) -> None:
        self.verb = head.verb
        self.path = head.path
        self.headers = head.headers
        #: Gives the body, waiting for the rest of it; raises Invalid.
        self.body = read_body


Answer = Callable[[Request], Response]


def serve(listening: Any, respond: Answer, *, most: int) -> None:
    """Answer for ever, `most` connections at the same time."""
    pool = eventlet.GreenPool(most)
    while True:
        try:
            accepted, _address = listening.accept()
        except OSError:
            # Too many open files, or a caller who was gone before his turn.
            eventlet.sleep(0.01)
            continue
        pool.spawn_n(_Connection(accepted, respond).run)


class _Connection:
    """One caller, for as long as he stays."""

    def __init__(self, accepted: Any, respond: Answer) -> None:
        self._socket = accepted
        self._respond = respond
        self._reader = RequestReader()
        #: Nobody knows where the next request would begin.
        self._is_lost = False

    def run(self) -> None:
        """Answer until the caller or the answer ends it."""
        with contextlib.suppress(OSError, eventlet.Timeout):
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                while self._answer_one():
                    self._reader.go_on()
            except Malformed as malformed:
                self._send(Response(malformed.status, _NOT_HTTP, is_last=True))
                self._linger()
        self._socket.close()

    def _answer_one(self) -> bool:
        head = self._head()
        if head is None:
            return False
        response = self._respond(Request(head, self._body))
        is_read = self._reader.ended and not self._is_lost
        stays = is_read and self._reader.keeps_alive and not response.is_last
        self._send(response if stays else response._replace(is_last=True))
        if not is_read:
            self._linger()
        return stays

    def _head(self) -> Head | None:
        """Wait for a request's head; None at the connection's end. Raises Malformed."""
        until = None
        while (head := self._reader.head) is None:
            if until is None and not self._reader.is_between:
                until = time.monotonic() + _HEAD_SECONDS
            left = _IDLE_SECONDS if until is None else until - time.monotonic()
            if left <= 0 or not self._receive(left):
                return None
        return head

    def _body(self) -> bytes:
        """Read the body; only with a length, so that one which was cut off is known as such."""
        headers = self._reader.head.headers if self._reader.head else {}
        size = headers.get("content-length")
        if "transfer-encoding" in headers or not size:
            raise Invalid("length_required")
        if int(size) > wire.MAX_BODY_BYTES:
            raise Invalid("too_large", limit=wire.MAX_BODY_BYTES)
        try:
            while not self._reader.ended:
                if not self._receive(_IDLE_SECONDS):
                    raise Invalid("body_incomplete")
        except (OSError, Malformed):
            self._is_lost = True
            raise Invalid("body_incomplete") from None
        return self._reader.body

    def _receive(self, seconds: float) -> bool:
        self._socket.settimeout(seconds)
        data = self._socket.recv(_PIECE)
        self._reader.feed(data)
        return bool(data)

    def _send(self, response: Response) -> None:
        self._socket.settimeout(_IDLE_SECONDS)
        self._socket.sendall(response.encoded())

    def _linger(self) -> None:
        """Let the answer arrive: a socket closed on unread bytes takes it back."""
        self._socket.shutdown(socket.SHUT_WR)
        left, until = _LINGER_BYTES, time.monotonic() + _LINGER_SECONDS
        while left > 0 and (seconds := until - time.monotonic()) > 0:
            self._socket.settimeout(seconds)
            data = self._socket.recv(_PIECE)
            if not data:
                return
            left -= len(data)


_NOT_HTTP = wire.encode_fault(Invalid("request_malformed"))

"""HTTP/1.1 as our own processes speak it to each other: bytes to messages, and back.

The parsing is llhttp's, by httptools. Nothing here reads or writes a socket: the service's server,
its client and the gateway's client each do that in their own way. docs/adr/0005-calls.md says what
this replaced.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import httptools

from chassis.calls import wire

#: Longest head of a message.
MOST_HEAD_BYTES = 32 * 1024
_REASONS = {200: "OK", 400: "Bad Request", 431: "Head Too Large"}
_REPEATED = f"{wire.REPLAYED}: true\r\n"
_LAST = "Connection: close\r\n"


class Malformed(Exception):
    """Raised for bytes that are no message of ours; `status` is what a server answers."""

    def __init__(self, status: int = 400) -> None:
        super().__init__(str(status))
        self.status = status


class Head(NamedTuple):
    """A request without its body; names of headers in small letters."""

    verb: str
    path: str
    headers: Mapping[str, str]


class Response(NamedTuple):
    """What a call is answered with."""

    status: int
    body: bytes
    #: Whether the same command had been answered before.
    repeated: bool = False
    #: Whether the connection ends with it.
    is_last: bool = False

    def encoded(self) -> bytes:
        """Write it."""
        head = (
            f"HTTP/1.1 {self.status} {_REASONS.get(self.status, 'Refused')}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(self.body)}\r\n"
            f"{_REPEATED if self.repeated else ''}{_LAST if self.is_last else ''}\r\n"
        )
        return head.encode("latin-1") + self.body


class RequestReader:
    """Reads the requests of one connection, one after the other; a body may come after its head."""

    def __init__(self) -> None:
        self._parser = httptools.HttpRequestParser(self)
        self._head_bytes = 0
        self._begin()

    def _begin(self) -> None:
        self.head: Head | None = None
        self.ended = False
        #: Whether the caller may ask again on the connection; known at the request's end.
        self.keeps_alive = False
        self._url = b""
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []

    @property
    def body(self) -> bytes:
        """What has come of the body."""
        return self._body[0] if len(self._body) == 1 else b"".join(self._body)

    @property
    def is_between(self) -> bool:
        """Whether nothing of a next request has come."""
        return self.head is None and not self._head_bytes

    def feed(self, data: bytes) -> None:
        """Read on; raises Malformed."""
        if self.head is None:
            self._head_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade, UnicodeDecodeError):
            raise Malformed from None
        if self.head is None and self._head_bytes > MOST_HEAD_BYTES:
            raise Malformed(431)

    def go_on(self) -> None:
        """Begin with the next request, the last one being answered."""
        self._begin()
        self._head_bytes = 0

    # What httptools calls.

    def on_message_begin(self) -> None:
        if self.ended:
            raise httptools.HttpParserError("nobody of ours asks again before he is answered")

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        if self._parser.get_http_version() not in {"1.0", "1.1"}:
            raise httptools.HttpParserError("neither HTTP/1.0 nor 1.1")
        verb = self._parser.get_method().decode("ascii")
        self.head = Head(verb, self._url.decode("latin-1"), self._headers)

    def on_body(self, data: bytes) -> None:
        self._body.append(data)

    def on_message_complete(self) -> None:
        self.ended = True
        self.keeps_alive = bool(self._parser.should_keep_alive())


class ResponseReader:
    """Reads the responses of one connection, one after the other."""

    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._begin()

    def _begin(self) -> None:
        self._ended = self._repeated = self._is_last = False
        self._status = 0
        self._body: list[bytes] = []

    def feed(self, data: bytes) -> Response | None:
        """Give the response when its end has come; raises Malformed."""
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            raise Malformed from None
        if not self._ended:
            return None
        body = self._body[0] if len(self._body) == 1 else b"".join(self._body)
        response = Response(self._status, body, self._repeated, self._is_last)
        self._begin()
        return response

    # What httptools calls.

    def on_header(self, name: bytes, _value: bytes) -> None:
        if name.lower() == _REPLAYED:
            self._repeated = True

    def on_body(self, data: bytes) -> None:
        self._body.append(data)

    def on_message_complete(self) -> None:
        self._ended = True
        # Asked afterwards, the parser tells of the next message.
        self._status = self._parser.get_status_code()
        self._is_last = not self._parser.should_keep_alive()


_REPLAYED = wire.REPLAYED.lower().encode()


def request(host: str, path: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """Write a call; raises ValueError for a header that would end its line."""
    if any("\n" in value or "\r" in value for value in headers.values()):
        raise ValueError("a header of more than one line")
    lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\n{lines}"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode("latin-1") + body

"""Posting to addresses that others have chosen: one POST, its end in time, its answer bounded.

Redirects are not followed, and no connection leads into our own network but to hosts that the
operator has named.
"""

from __future__ import annotations

import http.client
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple
from urllib.parse import urlsplit

import eventlet

from services.notify.channels import outside
from services.notify.channels.connections import Connections, has_hung_up

_SERVERS, _LONGEST_ANSWER = 64, 64 * 1024


class Posted(NamedTuple):
    """What the other side answered; of a long answer the beginning."""

    status: int
    retry_after: str
    body: bytes


class Poster:
    """Posts over kept connections, `width` at most to one server."""

    def __init__(
        self, *, inside: frozenset[str], width: int, seconds: float, hosts: Sequence[str] = ()
    ) -> None:
        self._inside = inside
        #: The only hosts that may be posted to, `.example.org` for all below it; none: all.
        self._hosts = hosts
        self._width = width
        self._seconds = seconds
        self._servers: dict[str, Connections[http.client.HTTPConnection]] = {}

    def post(self, address: str, body: bytes, head: Mapping[str, str]) -> Posted:
        """Post; raises OutOfBounds, ValueError, OSError (TimeoutError) or HTTPException."""
        place, inside = self.place(address)
        parts = urlsplit(address)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = {"Content-Type": "application/json", "User-Agent": "Peygir/1", **head}
        # Each wait on the wire has its own limit; who answers a byte at a time has this one.
        with (
            _within(2 * self._seconds),
            self._server(place, inside).borrow(_is_alive) as connection,
        ):
            connection.request("POST", path, body, headers)
            response = connection.getresponse()
            answer = response.read(_LONGEST_ANSWER)
            if response.will_close or not response.isclosed():
                connection.close()
        return Posted(response.status, response.headers.get("Retry-After", ""), answer)

    def place(self, address: str) -> tuple[outside.Place, str]:
        """Give the server of an address, and its origin where it may be within our network.

        Raises OutOfBounds or ValueError for one that nothing may be posted to.
        """
        parts = urlsplit(address)
        if self._hosts and not _is_among(parts.hostname or "", self._hosts):
            raise outside.OutOfBounds("not_listed")
        inside = f"{parts.scheme}://{parts.netloc}" if parts.hostname in self._inside else ""
        return outside.place_of(address, inside), inside

    def close(self) -> None:
        """Close the connections that are not in use."""
        for connections in self._servers.values():
            connections.close()

    def _server(self, place: outside.Place, inside: str) -> Connections[http.client.HTTPConnection]:
        known = self._servers.get(place.origin)
        if known is None:
            while len(self._servers) >= _SERVERS:
                self._servers.pop(next(iter(self._servers))).close()
            known = self._servers[place.origin] = Connections(
                lambda: outside.connect(place, inside=inside, seconds=self._seconds),
                lambda connection: connection.close(),
                most=self._width,
            )
        return known


def seconds_of(retry_after: str, now: datetime) -> float:
    """Give the seconds that a `Retry-After` asks for, by number or by date; 0 for any other."""
    text = retry_after.strip()
    if text.isascii() and text.isdecimal():
        return float(text[:9])
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - now).total_seconds())


def _is_among(host: str, hosts: Sequence[str]) -> bool:
    return any(host.endswith(each) if each.startswith(".") else host == each for each in hosts)


def _within(seconds: float) -> eventlet.Timeout:
    """Give the end of the time that one post may take altogether."""
    return eventlet.Timeout(seconds, TimeoutError("too slow"))


def _is_alive(connection: http.client.HTTPConnection) -> bool:
    return connection.sock is None or not has_hung_up(connection.sock)

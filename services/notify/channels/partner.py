"""Signed messages to partners outside: Standard Webhooks, one POST each.

A message's id is its delivery's, the same at every attempt. Redirects are not followed; a partner
that answers 410 gets nothing more until it is defined anew; one that asks for time is given it.
"""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Protocol
from urllib.parse import urlsplit

import eventlet

from chassis import webhooks
from chassis.errors import DomainError
from chassis.logging import get_logger
from contracts.calls.routing import PartnerLink
from services.notify.channels import outside
from services.notify.channels.base import NotTaken, Outgoing, Taken
from services.notify.channels.connections import Connections, has_hung_up

PROVIDER = "partner"
_SERVERS, _LONGEST_ANSWER = 64, 64 * 1024
_OK, _REDIRECTED, _REFUSED = 200, 300, 400
_BUSY = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})

log = get_logger()


class Links(Protocol):
    """Where partners are looked up."""

    def of(self, ids: Iterable[str]) -> Mapping[str, PartnerLink]: ...


class Stopped(Protocol):
    """Who wants no more messages."""

    def stop(self, partner: str, version: int, at: datetime) -> None: ...
    def holds(self, partner: str, version: int) -> bool: ...


class PartnerPost:
    """Posts to partners; an address is a partner's id."""

    def __init__(
        self,
        links: Links,
        stops: Stopped,
        *,
        clock: Callable[[], datetime],
        inside: frozenset[str] = frozenset(),
        width: int = 8,
        seconds: float = 10.0,
    ) -> None:
        self.width = width
        self._links = links
        self._stops = stops
        self._clock = clock
        self._inside = inside
        self._seconds = seconds
        self._servers: dict[str, Connections[http.client.HTTPConnection]] = {}

    def send(self, outgoing: Outgoing) -> Taken:
        """Post one message; raises NotTaken."""
        link = self._link(outgoing.address)
        body = outgoing.text.encode()
        head = webhooks.headers(link.secrets, outgoing.id, body, now=self._clock())
        try:
            status, retry_after = self._post(link.address or "", body, head)
        except (outside.OutOfBounds, ValueError) as error:
            raise NotTaken("address_not_allowed") from error
        except TimeoutError as error:
            raise NotTaken("timeout") from error
        except (OSError, http.client.HTTPException) as error:
            raise NotTaken("unreachable") from error
        if _OK <= status < _REDIRECTED:
            return Taken(PROVIDER)
        if status == HTTPStatus.GONE:
            self._stop(link)
        raise _not_taken(status, retry_after, self._clock())

    def close(self) -> None:
        """Close the connections that are not in use."""
        for connections in self._servers.values():
            connections.close()

    def _link(self, partner: str) -> PartnerLink:
        try:
            link = self._links.of([partner]).get(partner)
            if link is None or not link.secrets or not link.address:
                raise NotTaken("channel_not_set_up", lasting=True)
            if self._stops.holds(partner, link.version):
                raise NotTaken("gone", lasting=True)
        except DomainError as error:
            raise NotTaken("service_unavailable") from error
        return link

    def _stop(self, link: PartnerLink) -> None:
        log.warning("partner_gone", partner=link.id, version=link.version)
        try:
            self._stops.stop(link.id, link.version, self._clock())
        except DomainError as error:
            # This message is given up all the same; the next one asks and is told again.
            log.warning("partner_stop_not_kept", partner=link.id, error=error.code)

    def _post(self, address: str, body: bytes, head: Mapping[str, str]) -> tuple[int, str]:
        """Give the status and what was said about when to come again."""
        place, inside = self._place(address)
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
            response.read(_LONGEST_ANSWER)
            if response.will_close or not response.isclosed():
                connection.close()
        return response.status, response.headers.get("Retry-After", "")

    def _place(self, address: str) -> tuple[outside.Place, str]:
        """Give the server of an address, and its origin where it may be within our network."""
        parts = urlsplit(address)
        inside = f"{parts.scheme}://{parts.netloc}" if parts.hostname in self._inside else ""
        return outside.place_of(address, inside), inside

    def _server(self, place: outside.Place, inside: str) -> Connections[http.client.HTTPConnection]:
        known = self._servers.get(place.origin)
        if known is None:
            while len(self._servers) >= _SERVERS:
                self._servers.pop(next(iter(self._servers))).close()
            known = self._servers[place.origin] = Connections(
                lambda: outside.connect(place, inside=inside, seconds=self._seconds),
                lambda connection: connection.close(),
                most=self.width,
            )
        return known


def _within(seconds: float) -> eventlet.Timeout:
    """Give the end of the time that one post may take altogether."""
    return eventlet.Timeout(seconds, TimeoutError("too slow"))


def _not_taken(status: int, retry_after: str, now: datetime) -> NotTaken:
    """Give why a partner did not take a message."""
    if status == HTTPStatus.GONE:
        return NotTaken("gone", lasting=True)
    if status in _BUSY or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return NotTaken("provider_busy", retry_after=seconds_of(retry_after, now))
    if _REDIRECTED <= status < _REFUSED:
        return NotTaken("redirected")
    return NotTaken("message_refused")


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


def _is_alive(connection: http.client.HTTPConnection) -> bool:
    return connection.sock is None or not has_hung_up(connection.sock)

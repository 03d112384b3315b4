"""Signed messages to partners outside: Standard Webhooks, one POST each.

A message's id is its delivery's, the same at every attempt. A partner that answers 410 gets nothing
more until it is defined anew; one that asks for time is given it.
"""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Protocol

from chassis import webhooks
from chassis.errors import DomainError
from chassis.logging import get_logger
from contracts.calls.routing import PartnerLink
from services.notify.channels import outside
from services.notify.channels.base import NotTaken, Outgoing, Taken
from services.notify.channels.posting import Poster, seconds_of

PROVIDER = "partner"
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
        self._poster = Poster(inside=inside, width=width, seconds=seconds)

    def send(self, outgoing: Outgoing) -> Taken:
        """Post one message; raises NotTaken."""
        link = self._link(outgoing.address)
        body = outgoing.text.encode()
        head = webhooks.headers(link.secrets, outgoing.id, body, now=self._clock())
        try:
            posted = self._poster.post(link.address or "", body, head)
        except (outside.OutOfBounds, ValueError) as error:
            raise NotTaken("address_not_allowed") from error
        except TimeoutError as error:
            raise NotTaken("timeout") from error
        except (OSError, http.client.HTTPException) as error:
            raise NotTaken("unreachable") from error
        if _OK <= posted.status < _REDIRECTED:
            return Taken(PROVIDER)
        if posted.status == HTTPStatus.GONE:
            self._stop(link)
        raise _not_taken(posted.status, posted.retry_after, self._clock())

    def close(self) -> None:
        """Close the connections that are not in use."""
        self._poster.close()

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


def _not_taken(status: int, retry_after: str, now: datetime) -> NotTaken:
    """Give why a partner did not take a message."""
    if status == HTTPStatus.GONE:
        return NotTaken("gone", lasting=True)
    if status in _BUSY or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return NotTaken("provider_busy", retry_after=seconds_of(retry_after, now))
    if _REDIRECTED <= status < _REFUSED:
        return NotTaken("redirected")
    return NotTaken("message_refused")

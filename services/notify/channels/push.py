"""Web push (RFC 8030) to every device of a reader: encrypted for the device, signed by us.

A push service cannot read what it carries (RFC 8291). Each service has a gate of its own: one that
hangs or refuses rests, and neither the others nor the other channels wait for it.
"""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Protocol

import http_ece
import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from contracts.notify import ToDevice
from services.notify.channels import outside
from services.notify.channels.base import NotTaken, Outgoing, Taken
from services.notify.channels.connections import Connections, has_hung_up
from services.notify.channels.gate import Gate
from services.notify.channels.vapid import Vapid, decoded

PROVIDER = "webpush"
TAKEN, GONE, REFUSED = "taken", "gone", "message_refused"
#: What may go better another time, what tells most first.
LATER = ("timeout", "unreachable", "provider_busy")
_FORGOTTEN = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_BUSY = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})
_SERVER_FAULT, _NOT_TAKEN = 500, 300
_SERVICES, _LONGEST_ANSWER = 16, 64 * 1024
#: A record's size says nothing here: one record holds any message of ours.
_LONGEST_TEXT = 1000


class Device(Protocol):
    """A device as its owner's browser has described it."""

    @property
    def id(self) -> str: ...
    @property
    def endpoint(self) -> str: ...
    @property
    def p256dh(self) -> str: ...
    @property
    def auth(self) -> str: ...


class Devices(Protocol):
    """Where devices are kept."""

    def of(self, persons: Iterable[str]) -> Mapping[str, Sequence[Device]]: ...
    def forget(self, device: str, auth: str) -> None: ...


class WebPush:
    """Pushes to the devices of people; an address is `person:{id}`."""

    def __init__(
        self,
        devices: Devices,
        vapid: Vapid,
        *,
        inside: str = "",
        width: int = 8,
        seconds: float = 10.0,
        lives_seconds: int = 4 * 3600,
    ) -> None:
        self.width = width
        self._devices = devices
        self._vapid = vapid
        self._inside = inside
        self._seconds = seconds
        self._lives_seconds = lives_seconds
        self._gates: dict[str, Gate] = {}
        self._services: dict[str, Connections[http.client.HTTPConnection]] = {}

    def send(self, outgoing: Outgoing) -> Taken:
        """Push to every device of the reader; raises NotTaken where none took it."""
        content = payload(outgoing)
        until = time.monotonic() + 2 * self._seconds
        results = tuple(
            ToDevice(
                device=device.id,
                outcome=self._push(device, outgoing, content)
                if time.monotonic() < until
                else "timeout",
            )
            for device in self._devices.of([outgoing.address]).get(outgoing.address, ())
        )
        outcomes = {each.outcome for each in results}
        if TAKEN in outcomes:
            return Taken(PROVIDER, None, results)
        for code in LATER:
            if code in outcomes:
                raise NotTaken(code)
        raise NotTaken(REFUSED if REFUSED in outcomes else "no_device", lasting=True)

    def close(self) -> None:
        """Close the connections that are not in use."""
        for connections in self._services.values():
            connections.close()

    def _push(self, device: Device, outgoing: Outgoing, content: bytes) -> str:
        """Give what became of the message at one device."""
        try:
            place = outside.place_of(device.endpoint, self._inside)
            gate = self._gates.setdefault(place.origin, Gate())
            if not gate.is_open:
                return "provider_busy"
            status = self._post(place, device, outgoing, encrypted(device, content))
        except (outside.OutOfBounds, ValueError):
            return REFUSED
        except TimeoutError:
            gate.failed()
            return "timeout"
        except (OSError, http.client.HTTPException):
            gate.failed()
            return "unreachable"
        outcome = outcome_of(status)
        if outcome == "provider_busy":
            gate.failed()
        else:
            gate.worked()
        if outcome == GONE:
            self._devices.forget(device.id, device.auth)
        return outcome

    def _post(self, place: outside.Place, device: Device, outgoing: Outgoing, body: bytes) -> int:
        headers = {
            "Authorization": self._vapid.header(place.origin),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(self._lives_seconds),
            "Urgency": "high",
            # The same id at every attempt: what waits at the service is replaced, not doubled.
            "Topic": outgoing.id,
        }
        path = device.endpoint.partition("://")[2].partition("/")[2]
        with self._service(place).borrow(_is_alive) as connection:
            connection.request("POST", f"/{path}", body, headers)
            response = connection.getresponse()
            response.read(_LONGEST_ANSWER)
            if response.will_close:
                connection.close()
        return response.status

    def _service(self, place: outside.Place) -> Connections[http.client.HTTPConnection]:
        known = self._services.get(place.origin)
        if known is None:
            while len(self._services) >= _SERVICES:
                self._services.pop(next(iter(self._services))).close()
            known = self._services[place.origin] = Connections(
                lambda: outside.connect(place, inside=self._inside, seconds=self._seconds),
                lambda connection: connection.close(),
                most=self.width,
            )
        return known


def payload(outgoing: Outgoing) -> bytes:
    """Give what the browser's service worker shows."""
    return msgspec.json.encode(
        {
            "id": outgoing.id,
            "title": outgoing.subject,
            "body": outgoing.text[:_LONGEST_TEXT],
            "link": outgoing.link,
            "lang": outgoing.language,
            "dir": "rtl" if outgoing.language == "fa" else "ltr",
        }
    )


def encrypted(device: Device, content: bytes) -> bytes:
    """Give the message as only the device can read it (RFC 8291); raises ValueError."""
    try:
        return bytes(
            http_ece.encrypt(
                content,
                private_key=ec.generate_private_key(ec.SECP256R1()),
                dh=decoded(device.p256dh),
                auth_secret=decoded(device.auth),
                version="aes128gcm",
            )
        )
    except http_ece.ECEException as error:
        raise ValueError("not encrypted") from error


def outcome_of(status: int) -> str:
    """Give what a push service's answer means for one message."""
    if status < _NOT_TAKEN:
        return TAKEN
    if status in _FORGOTTEN:
        return GONE
    if status in _BUSY or status >= _SERVER_FAULT:
        return "provider_busy"
    return REFUSED


def is_device(p256dh: str, auth: str) -> bool:
    """Tell whether a browser can have made these keys."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(p256dh))
        return len(decoded(auth)) == 16  # noqa: PLR2004 - RFC 8291, 3.2
    except ValueError:
        return False


def _is_alive(connection: http.client.HTTPConnection) -> bool:
    return connection.sock is None or not has_hung_up(connection.sock)

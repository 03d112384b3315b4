"""Connections to addresses that somebody else has chosen: https, and never into our own network.

The name is resolved once, every address it has must be a public one, and the connection goes to the
address that was looked at: a name that changes its mind meanwhile leads nowhere. Redirects are not
followed, as `http.client` does not.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from typing import NamedTuple
from urllib.parse import urlsplit

_HTTPS = 443
_LONGEST = 2048


class OutOfBounds(Exception):
    """Raised when an address is none that may be spoken to."""


class Place(NamedTuple):
    """A server: what is signed for, and what is connected to."""

    scheme: str
    host: str
    port: int

    @property
    def origin(self) -> str:
        """The place as browsers write it."""
        usual = self.port == (_HTTPS if self.scheme == "https" else 80)
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" if usual else f"{self.scheme}://{host}:{self.port}"


def place_of(url: str, inside: str = "") -> Place:
    """Give the place of an address; raises OutOfBounds unless it is https on its usual port.

    `inside` is the one origin that may be plain and within our network: that of a local sink.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise OutOfBounds("malformed") from None
    if len(url) > _LONGEST or not url.isascii() or any(each <= " " for each in url):
        raise OutOfBounds("malformed")
    host = (parts.hostname or "").rstrip(".")
    if not host or "@" in parts.netloc or parts.fragment:
        raise OutOfBounds("malformed")
    place = Place(parts.scheme, host, port or (_HTTPS if parts.scheme == "https" else 80))
    if inside and place.origin == inside.rstrip("/"):
        return place
    if place.scheme != "https" or place.port != _HTTPS:
        raise OutOfBounds("not_https")
    if _is_address(host) and not is_public(host):
        raise OutOfBounds("not_public")
    return place


def connect(place: Place, *, inside: str, seconds: float) -> http.client.HTTPConnection:
    """Give a connection that opens when it is used; may then raise OutOfBounds or OSError."""
    if inside and place.origin == inside.rstrip("/"):
        kind = http.client.HTTPSConnection if place.scheme == "https" else _Plain
        return kind(place.host, place.port, timeout=seconds)
    return _Outward(place.host, place.port, timeout=seconds, context=_TLS)


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the public internet, also where it is hidden in IPv6."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return is_public(str(parsed.ipv4_mapped))
        if any(parsed in network for network in _TRANSLATED):
            return False
    return parsed.is_global and not parsed.is_multicast


#: IPv6 that some gateway turns into IPv4, whatever that may be: NAT64, 6to4, Teredo, compatible.
_TRANSLATED = tuple(
    ipaddress.ip_network(network)
    for network in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")
)
_TLS = ssl.create_default_context()
_Plain = http.client.HTTPConnection


class _Outward(http.client.HTTPSConnection):
    """An HTTPS connection to an address that was looked at before."""

    def connect(self) -> None:
        """Resolve, look, connect, and have the server prove its name."""
        found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if not addresses or not all(is_public(each) for each in addresses):
            raise OutOfBounds("not_public")
        plain = socket.create_connection((addresses[0], self.port), self.timeout)
        try:
            self.sock = _TLS.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True

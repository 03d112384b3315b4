"""Signed messages between systems, as Standard Webhooks 1.0 has them: signing and checking.

What is signed is `{id}.{timestamp}.{body}` with HMAC-SHA256, symmetric, `v1`. The id is the same at
every attempt, the timestamp is that of the attempt.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
#: How far a message's time may lie from ours, in seconds: older ones are replays.
WINDOW_SECONDS = 300

_PREFIX = "whsec_"
_VERSION = "v1,"
_SHORTEST, _LONGEST = 24, 64
#: Signatures looked at in one message; more only cost time.
_MOST_SIGNATURES = 8
_LONGEST_TIMESTAMP = 12


class WrongSignature(Exception):
    """Raised when a message was not signed by who has one of the secrets, or not just now."""


class Signed(NamedTuple):
    """A message as it came: what is signed, and the signatures."""

    id: str
    timestamp: str
    signature: str
    body: bytes


def is_secret(text: str) -> bool:
    """Tell whether a text is a secret: `whsec_` and 24 to 64 bytes in base64."""
    try:
        return _SHORTEST <= len(_key(text)) <= _LONGEST
    except ValueError:
        return False


def fingerprint(secret: str) -> str:
    """Give what a secret can be told apart by without showing it."""
    return hashlib.sha256(_key(secret)).hexdigest()[:12]


def headers(secrets: Iterable[str], id_: str, body: bytes, *, now: datetime) -> dict[str, str]:
    """Give the headers of a message, signed with each secret so that they can rotate."""
    timestamp = str(int(now.timestamp()))
    signatures = (_VERSION + _signature(secret, id_, timestamp, body) for secret in secrets)
    return {ID: id_, TIMESTAMP: timestamp, SIGNATURE: " ".join(signatures)}


def check(message: Signed, secrets: Iterable[str], *, now: datetime) -> None:
    """Raise WrongSignature unless one of the secrets has signed the message just now."""
    timestamp = message.timestamp
    readable = timestamp.isascii() and timestamp.isdecimal() and len(timestamp) < _LONGEST_TIMESTAMP
    if not message.id or not readable:
        raise WrongSignature("malformed")
    if abs(now.timestamp() - int(message.timestamp)) > WINDOW_SECONDS:
        raise WrongSignature("not_now")
    given = [
        text.removeprefix(_VERSION).encode()
        for text in message.signature.split(" ")[:_MOST_SIGNATURES]
        if text.startswith(_VERSION)
    ]
    wanted = [
        _signature(secret, message.id, message.timestamp, message.body).encode()
        for secret in secrets
    ]
    if not any(hmac.compare_digest(one, other) for one in given for other in wanted):
        raise WrongSignature("signature")


def signed(head: Mapping[str, str], body: bytes) -> Signed:
    """Give a message by its headers, named in small letters; a missing one is empty."""
    return Signed(head.get(ID, ""), head.get(TIMESTAMP, ""), head.get(SIGNATURE, ""), body)


def _signature(secret: str, id_: str, timestamp: str, body: bytes) -> str:
    text = b".".join((id_.encode(), timestamp.encode(), body))
    return base64.b64encode(hmac.new(_key(secret), text, hashlib.sha256).digest()).decode()


def _key(secret: str) -> bytes:
    """Give the bytes of a secret; raises ValueError."""
    if not secret.startswith(_PREFIX):
        raise ValueError("not a secret")
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("not a secret") from error

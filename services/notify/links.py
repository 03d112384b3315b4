"""The link by which somebody acknowledges a message: short, and nobody can make or read one.

It holds the ticket's code and the beginning of the delivery's id, sealed (AES-SIV, RFC 5297): who
does not have the key learns nothing from a link and cannot guess another one. The key is made of
the call keys, so that it changes with them; links sealed with an older one work as long as that key
is accepted.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

PATH = "/a/"
_PURPOSE = b"acknowledge"
_CODE_BYTES = 5
_DELIVERY_DIGITS = 8
_LONGEST = 64


class Target(NamedTuple):
    """What a link is about."""

    #: A ticket's code.
    code: str
    #: The first eight digits of a delivery's id.
    delivery: str


class Links:
    """Makes links and reads them."""

    def __init__(self, keys: Sequence[str], public_url: str) -> None:
        self._base = public_url.rstrip("/") + PATH
        self._seals = [
            AESSIV(hashlib.blake2b(key.encode(), digest_size=32, person=_PURPOSE).digest())
            for key in keys
        ]

    def to(self, code: str, delivery: str) -> str:
        """Give the address under which a message can be acknowledged."""
        plain = int(code).to_bytes(_CODE_BYTES, "big") + bytes.fromhex(delivery[:_DELIVERY_DIGITS])
        sealed = self._seals[0].encrypt(plain, None)
        return self._base + base64.urlsafe_b64encode(sealed).decode().rstrip("=")

    def read(self, token: str) -> Target | None:
        """Give what the last part of a link is about; None where it is none of ours."""
        try:
            padded = token + "=" * (-len(token) % 4)
            sealed = base64.b64decode(padded.encode("ascii"), b"-_", validate=True)
        except ValueError:
            return None
        for seal in self._seals if len(token) <= _LONGEST else ():
            try:
                plain = seal.decrypt(sealed, None)
            except (InvalidTag, ValueError):
                continue
            number = int.from_bytes(plain[:_CODE_BYTES], "big")
            return Target(f"{number:012d}", plain[_CODE_BYTES:].hex())
        return None

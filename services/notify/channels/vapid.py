"""Who pushes: the server's key, and the signed word for each push service (RFC 8292)."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey

#: Push services accept a day at most; a word is used for half of that.
_GOOD_SECONDS = 12 * 3600
_RENEWED_SECONDS = 6 * 3600
_KEY_BYTES = 32
_MOST_KNOWN = 100


class Vapid:
    """Signs for push services; `key` is the private number of a P-256 key in URL-safe base64."""

    def __init__(self, key: str, contact: str, clock: Callable[[], float] = time.time) -> None:
        number = base64.urlsafe_b64decode(key + "=" * (-len(key) % 4))
        if len(number) != _KEY_BYTES:
            raise ValueError("PEYGIR_PUSH_KEY is no private number of 32 bytes")
        private = ec.derive_private_key(int.from_bytes(number, "big"), ec.SECP256R1())
        point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        #: What browsers subscribe with.
        self.public = encoded(point)
        half = (len(point) - 1) // 2
        self._key = ECKey.import_key(
            {
                "kty": "EC",
                "crv": "P-256",
                "d": encoded(number),
                "x": encoded(point[1 : 1 + half]),
                "y": encoded(point[1 + half :]),
            }
        )
        self._contact = contact
        self._clock = clock
        self._known: dict[str, tuple[float, str]] = {}

    def header(self, origin: str) -> str:
        """Give the `Authorization` for a push service; signed once in some hours."""
        now = self._clock()
        until, word = self._known.get(origin, (0.0, ""))
        if now >= until:
            claims = {"aud": origin, "exp": int(now) + _GOOD_SECONDS, "sub": self._contact}
            token = jwt.encode({"typ": "JWT", "alg": "ES256"}, claims, self._key)
            word = f"vapid t={token}, k={self.public}"
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[origin] = (now + _RENEWED_SECONDS, word)
        return word


def encoded(raw: bytes) -> str:
    """Give bytes in URL-safe base64 without padding."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decoded(text: str) -> bytes:
    """Give the bytes of URL-safe base64 without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

"""A browser as a push service sees it: keys, and what is read with them."""

import base64
import os
import secrets
from dataclasses import dataclass, field

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

_AUTH_BYTES = 16
_LONGEST_WORD_SECONDS = 24 * 3600


class Unreadable(Exception):
    """Raised when a message was not made for this browser."""


class NotSigned(Exception):
    """Raised when nobody signed for a message, or for another push service."""


@dataclass
class Browser:
    """One subscription, as long as it lives."""

    id: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    gone: bool = False

    def __post_init__(self) -> None:
        self._private = ec.generate_private_key(ec.SECP256R1())
        self._auth = os.urandom(_AUTH_BYTES)

    def subscription(self, base: str) -> dict[str, object]:
        """What the browser's `PushSubscription` gives as JSON."""
        point = self._private.public_key().public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint
        )
        keys = {"p256dh": encoded(point), "auth": encoded(self._auth)}
        return {"id": self.id, "endpoint": f"{base}/push/{self.id}", "keys": keys}

    def read(self, body: bytes) -> bytes:
        """Decrypt a message; raises Unreadable."""
        try:
            return bytes(
                http_ece.decrypt(
                    body, private_key=self._private, auth_secret=self._auth, version="aes128gcm"
                )
            )
        except (http_ece.ECEException, ValueError) as error:
            raise Unreadable(str(error)) from error


def signer_of(header: str, origin: str, now: float) -> str:
    """Give the key that a message is signed with by its `Authorization`; raises NotSigned."""
    scheme, _, rest = header.partition(" ")
    parts = dict(item.strip().partition("=")[::2] for item in rest.split(","))
    try:
        point = decoded(parts["k"])
        half = (len(point) - 1) // 2
        key = ECKey.import_key(
            {
                "kty": "EC",
                "crv": "P-256",
                "x": encoded(point[1 : 1 + half]),
                "y": encoded(point[1 + half :]),
            }
        )
        claims = jwt.decode(parts["t"], key, algorithms=["ES256"]).claims
    except (JoseError, KeyError, ValueError) as error:
        raise NotSigned(type(error).__name__) from error
    if scheme.lower() != "vapid" or claims.get("aud") != origin:
        raise NotSigned("for another push service")
    if not now < claims.get("exp", 0) <= now + _LONGEST_WORD_SECONDS or "sub" not in claims:
        raise NotSigned("not good for now")
    return parts["k"]


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

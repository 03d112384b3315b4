"""What a page gives a browser to bring back, so that nobody can read or change it meanwhile."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from typing import Any, Final, Protocol, TypeVar

import msgspec
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

_HEADER: Final[dict[str, Any]] = {"alg": "dir", "enc": "A256GCM"}


class Sealable(Protocol):
    """Something that is good for a while."""

    @property
    def expires(self) -> float:
        """When that ends, in seconds since 1970."""
        ...


S = TypeVar("S", bound=Sealable)


def seal(given: Sealable, purpose: str, keys: Sequence[str]) -> str:
    """Encrypt with the first of the session keys; each purpose has a key of its own."""
    return jwe.encrypt_compact(_HEADER, msgspec.json.encode(given), _key(purpose, keys[0]))


def unseal(sealed: str, kind: type[S], purpose: str, keys: Sequence[str]) -> S | None:
    """Give what was sealed with any of the keys and is still good; None for anything else."""
    for key in keys:
        try:
            plain = jwe.decrypt_compact(sealed, _key(purpose, key)).plaintext
            found = msgspec.json.decode(plain or b"", type=kind)
        except (JoseError, ValueError, msgspec.MsgspecError):
            continue
        return found if found.expires > time.time() else None
    return None


def _key(purpose: str, session_key: str) -> OctKey:
    return OctKey.import_key(hashlib.sha256(f"{purpose} {session_key}".encode()).digest())

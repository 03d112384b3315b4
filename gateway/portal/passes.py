"""What lets a requester come back to his ticket's page: code and proof, sealed in a cookie.

The proof stands in no address and no page, and the browser cannot read the cookie's content.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

import msgspec
from fastapi import Request, Response

from gateway.caller import gateway_of
from gateway.pages import sealing
from gateway.pages.cookies import cookie, set_cookie

COOKIE: Final = "follow"
_SECONDS: Final = 2 * 3600
_PURPOSE: Final = "follow pass"


class Pass(msgspec.Struct, frozen=True):
    """A code with the proof that was right for it."""

    code: str
    proof: str
    #: Seconds since 1970.
    expires: float


def give(request: Request, response: Response, code: str, proof: str) -> None:
    """Set the cookie."""
    settings = gateway_of(request).settings
    sealed = seal(Pass(code, proof, time.time() + _SECONDS), settings.signing_keys)
    set_cookie(request, response, COOKIE, sealed, _SECONDS)


def proof_for(request: Request, code: str) -> str | None:
    """Give the proof that the browser has shown for this ticket before."""
    sealed = cookie(request, COOKIE)
    found = unseal(sealed, gateway_of(request).settings.signing_keys) if sealed else None
    return found.proof if found and found.code == code else None


def seal(given: Pass, keys: Sequence[str]) -> str:
    """Encrypt a pass with the first key."""
    return sealing.seal(given, _PURPOSE, keys)


def unseal(sealed: str, keys: Sequence[str]) -> Pass | None:
    """Give a pass that was sealed with any of the keys and is still good."""
    return sealing.unseal(sealed, Pass, _PURPOSE, keys)

"""What lets a requester come back to the pages of his tickets: codes and proofs, in a cookie.

A proof stands in no address and no page, and the browser cannot read the sealed cookie. A pass is
good for two hours after its ticket was last looked at.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

import msgspec
from fastapi import Request, Response

from gateway.caller import gateway_of
from gateway.pages import sealing
from gateway.pages.cookies import cookie, drop_cookie, set_cookie

COOKIE: Final = "follow"
_SECONDS: Final = 2 * 3600
_PURPOSE: Final = "follow pass"
#: Browsers keep no cookie of more than 4096 bytes.
_MOST: Final = 10
_MOST_BYTES: Final = 3500


class Pass(msgspec.Struct, frozen=True):
    """A code with the proof that was right for it."""

    code: str
    proof: str
    #: Seconds since 1970.
    expires: float


class _Passes(msgspec.Struct, frozen=True):
    passes: list[Pass]
    expires: float


def give(request: Request, response: Response, code: str, proof: str) -> None:
    """Add a pass to those of the browser, which keeps the newest ten; what it had goes on."""
    keys = gateway_of(request).settings.signing_keys
    others = [each for each in held(request) if each.code != code]
    passes = [Pass(code, proof, time.time() + _SECONDS), *others][:_MOST]
    sealed = seal(passes, keys)
    while len(sealed) > _MOST_BYTES and passes[1:]:
        passes = passes[:-1]
        sealed = seal(passes, keys)
    set_cookie(request, response, COOKIE, sealed, _SECONDS)


def held(request: Request) -> list[Pass]:
    """Give the passes that the browser has, the newest first."""
    sealed = cookie(request, COOKIE)
    return unseal(sealed, gateway_of(request).settings.signing_keys) if sealed else []


def proof_for(request: Request, code: str) -> str | None:
    """Give the proof that the browser has shown for this ticket before."""
    return next((each.proof for each in held(request) if each.code == code), None)


def forget(request: Request, response: Response) -> None:
    """Have the browser forget all of them."""
    drop_cookie(request, response, COOKIE)


def seal(passes: Sequence[Pass], keys: Sequence[str]) -> str:
    """Encrypt passes with the first key."""
    last = max(each.expires for each in passes)
    return sealing.seal(_Passes(list(passes), last), _PURPOSE, keys)


def unseal(sealed: str, keys: Sequence[str]) -> list[Pass]:
    """Give what was sealed with any of the keys and is still good."""
    found = sealing.unseal(sealed, _Passes, _PURPOSE, keys)
    return [each for each in found.passes if each.expires > time.time()] if found else []

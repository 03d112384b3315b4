"""How a browser knows a requester: by his session, and on the way in by the code that he waits for.

Both are sealed cookies that no script reads.
"""

from __future__ import annotations

import time
from typing import Final

import msgspec
from fastapi import Request, Response

from chassis.errors import Unauthenticated
from contracts.calls.requesters import CodeAsked
from gateway.access import requester_session
from gateway.caller import Caller, gateway_of
from gateway.pages import sealing
from gateway.pages.cookies import cookie, drop_cookie, set_cookie
from gateway.pages.rendering import reader_of
from gateway.requesters import RequesterSession

_SESSION: Final = "requester"
_WAITING: Final = "code"
_PURPOSE: Final = "one-time code"
#: How long the page of a code can be used: longer than a code is good, so that it can say so.
_SECONDS: Final = 1800
_HOME: Final = "/mine"


class Waiting(msgspec.Struct, frozen=True):
    """A code that a browser has asked for."""

    id: str
    contact: str
    channel: str
    #: When another one may be asked for; seconds since 1970.
    again: float
    #: It is for a contact that somebody wants to make his own.
    claims: bool
    #: Where to go once it is given.
    wanted: str
    expires: float


def came_in(request: Request, caller: Caller) -> Caller | None:
    """Give the caller as the requester whom the browser knows; None where it knows none."""
    token = cookie(request, _SESSION)
    try:
        session = requester_session(gateway_of(request), token) if token else None
    except Unauthenticated:
        session = None
    if session is None:
        return None
    other = caller.acting_as(session.identity)
    other.requester, other.language = session, reader_of(request)
    return other


def keep(request: Request, response: Response, session: RequesterSession) -> None:
    """Have the browser keep a session, which is good for a while from now on."""
    sessions = gateway_of(request).requesters
    renewed = sessions.renewed(session)
    lives = max(0, int(renewed.expires - time.time()))
    set_cookie(request, response, _SESSION, sessions.token(renewed), lives)


def forget(request: Request, response: Response) -> None:
    """Have the browser forget the session."""
    drop_cookie(request, response, _SESSION)


def wait(
    request: Request, response: Response, asked: CodeAsked, *, claims: bool, wanted: str
) -> None:
    """Have the browser remember which code it has asked for."""
    waiting = Waiting(
        id=asked.id,
        contact=asked.contact,
        channel=asked.channel,
        again=asked.again_at.timestamp(),
        claims=claims,
        wanted=wanted,
        expires=time.time() + _SECONDS,
    )
    sealed = sealing.seal(waiting, _PURPOSE, gateway_of(request).settings.signing_keys)
    set_cookie(request, response, _WAITING, sealed, _SECONDS)


def waiting(request: Request) -> Waiting | None:
    """Give the code that the browser waits for."""
    sealed = cookie(request, _WAITING)
    keys = gateway_of(request).settings.signing_keys
    return sealing.unseal(sealed, Waiting, _PURPOSE, keys) if sealed else None


def wait_no_more(request: Request, response: Response) -> None:
    """Have the browser forget the code."""
    drop_cookie(request, response, _WAITING)


def next_of(path: str | None) -> str:
    """Give a page of requesters that was to be shown; anything else is his list."""
    return path if path in (_HOME, "/mine/data") else _HOME

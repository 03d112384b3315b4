"""Signing in and out, on pages."""

from __future__ import annotations

import time
from typing import Final

import msgspec
from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from chassis.errors import DomainError, Unauthenticated
from gateway.access import Anyone
from gateway.api import sessions
from gateway.api.installation import is_founded
from gateway.caller import gateway_of
from gateway.documents import SignIn
from gateway.errors import headers_of
from gateway.pages.cookies import cookie, drop_cookie
from gateway.pages.forms import Faults, checked, faults_of, read_form
from gateway.pages.rendering import page, reader_of
from gateway.pages.sealing import seal, unseal
from gateway.pages.staff import SIGN_IN, Entering, StaffRoute, forget, keep, next_of

router = APIRouter(include_in_schema=False, route_class=StaffRoute)

_PURPOSE: Final = "sign in"
#: How long the second step may take.
_SECONDS: Final = 300
_PLACES: Final = {"/username": "username", "/password": "password", "/code": "code"}


@router.get(SIGN_IN)
async def ask(request: Request, caller: Anyone) -> Response:
    """Ask for a user name and a password, once there is anybody to sign in."""
    if not await is_founded(caller):
        return RedirectResponse("/setup", 303)
    return door(request, {}, next_of(request.query_params.get("next")))


@router.post(SIGN_IN)
async def sign_in(request: Request, caller: Anyone) -> Response:
    """Let staff in, and bring them to where they wanted to go."""
    values = await read_form(request)
    wanted = next_of(values.get("next"))
    try:
        given = _given(request, values)
        tokens = await sessions.opened(caller, checked(SignIn, given))
    except DomainError as error:
        return door(request, values, wanted, error)
    response = RedirectResponse(wanted, status_code=303)
    keep(request, response, tokens)
    return response


@router.post("/sign-out")
async def sign_out(request: Request, caller: Entering) -> Response:
    """End the session here and everywhere it is used."""
    await read_form(request)
    await sessions.ended(caller)
    by = cookie(request, "provider") or ""
    left = f"?left={by}" if by in caller.gateway.oidc.providers else ""
    response = RedirectResponse(SIGN_IN + left, status_code=303)
    forget(request, response)
    drop_cookie(request, response, "provider")
    return response


class Proved(msgspec.Struct, frozen=True):
    """A name and a password that were right, while the second step is asked for."""

    username: str
    password: str
    #: Seconds since 1970.
    expires: float


def _given(request: Request, values: dict[str, str]) -> dict[str, str]:
    """Give name and password, typed or proved before, and the code; raises Unauthenticated."""
    if "proved" not in values:
        return {name: values.get(name, "") for name in ("username", "password")}
    keys = gateway_of(request).settings.signing_keys
    proved = unseal(values["proved"], Proved, _PURPOSE, keys)
    if proved is None:
        raise Unauthenticated("session_expired")
    given = {"username": proved.username, "password": proved.password}
    return given | {"code": values["code"]} if values.get("code") else given


def _proved(request: Request, values: dict[str, str]) -> str:
    """Give name and password sealed, so that no page holds a password."""
    known = values.get("proved")
    if known:
        return known
    expires = time.time() + _SECONDS
    proved = Proved(values.get("username", ""), values.get("password", ""), expires)
    return seal(proved, _PURPOSE, gateway_of(request).settings.signing_keys)


def door(
    request: Request,
    values: dict[str, str],
    wanted: str,
    error: DomainError | None = None,
    *,
    admitted: str = "",
) -> Response:
    """Show the page on which staff come in; `admitted` is whom a provider has proved, sealed."""
    language, providers = reader_of(request), gateway_of(request).oidc.providers
    left = providers.get(request.query_params.get("left", ""))
    faults = faults_of(error, _PLACES, language) if error else Faults()
    asks_code = error is not None and error.code.startswith("second_factor_")
    return page(
        request,
        "desk/sign_in.html",
        status=error.status if error else 200,
        headers=headers_of(error) if error else {},
        values=values,
        wanted=wanted,
        proved=_proved(request, values) if asks_code and not admitted else "",
        admitted=admitted,
        providers=[(each, each.name(language)) for each in providers.values()],
        left=(left, left.name(language)) if left else None,
        faults=faults,
    )

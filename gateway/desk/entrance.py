"""Signing in and out, on pages."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from chassis.errors import DomainError
from gateway.access import Anyone
from gateway.api import sessions
from gateway.documents import SignIn
from gateway.errors import headers_of
from gateway.pages.forms import Faults, checked, faults_of, read_form
from gateway.pages.rendering import page, reader_of
from gateway.pages.staff import SIGN_IN, Someone, StaffRoute, forget, keep, next_of

router = APIRouter(include_in_schema=False, route_class=StaffRoute)

_PLACES: Final = {"/username": "username", "/password": "password"}


@router.get(SIGN_IN)
async def ask(request: Request, _caller: Anyone) -> Response:
    """Ask for a user name and a password."""
    return _form(request, {}, next_of(request.query_params.get("next")))


@router.post(SIGN_IN)
async def sign_in(request: Request, caller: Anyone) -> Response:
    """Let staff in, and bring them to where they wanted to go."""
    values = await read_form(request)
    wanted = next_of(values.get("next"))
    given = {name: values.get(name, "") for name in ("username", "password")}
    try:
        tokens = await sessions.opened(caller, checked(SignIn, given))
    except DomainError as error:
        return _form(request, values, wanted, error)
    response = RedirectResponse(wanted, status_code=303)
    keep(request, response, tokens)
    return response


@router.post("/sign-out")
async def sign_out(request: Request, caller: Someone) -> Response:
    """End the session here and everywhere it is used."""
    await read_form(request)
    await sessions.ended(caller)
    response = RedirectResponse(SIGN_IN, status_code=303)
    forget(request, response)
    return response


def _form(
    request: Request, values: dict[str, str], wanted: str, error: DomainError | None = None
) -> Response:
    faults = faults_of(error, _PLACES, reader_of(request)) if error else Faults()
    return page(
        request,
        "desk/sign_in.html",
        status=error.status if error else 200,
        headers=headers_of(error) if error else {},
        values=values,
        wanted=wanted,
        faults=faults,
    )

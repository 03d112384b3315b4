"""One's own account: who one is here, the password, a second factor."""

from __future__ import annotations

import contextlib
from typing import Final

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from chassis.errors import DomainError, NotFound
from gateway.api import account, own_sessions, sessions
from gateway.caller import Caller
from gateway.documents import NewPassword, SecondCode
from gateway.errors import detail_of, headers_of
from gateway.pages.forms import Faults, checked, faults_of, key_of, new_key, read_form
from gateway.pages.qr import qr_of
from gateway.pages.staff import Entering, Someone, StaffRoute, keep, staff_page

router = APIRouter(prefix="/me", include_in_schema=False, route_class=StaffRoute)

_PLACES: Final = {"/current": "current", "/new": "new", "/code": "code"}


@router.get("")
async def show(request: Request, caller: Someone) -> Response:
    """Show the account."""
    return await _page(request, caller, done=request.query_params.get("done", ""))


@router.post("/password")
async def change_password(request: Request, caller: Someone) -> Response:
    """Take another password."""
    values = await read_form(request)
    caller.key = key_of(values)
    try:
        given = {name: values.get(name, "") for name in ("current", "new")}
        tokens = await account.change_password(caller, checked(NewPassword, given))
    except DomainError as error:
        return await _page(request, caller, at="password", error=error)
    response = RedirectResponse("/me?done=password", status_code=303)
    keep(request, response, tokens)
    return response


@router.get("/second-factor")
async def enrol(request: Request, caller: Entering) -> Response:
    """Say to who owes a second factor what it is, before he begins; others have their account."""
    if not _owes(caller):
        return RedirectResponse("/me", status_code=303)
    return _enrolling(request, caller)


@router.post("/second-factor")
async def begin(request: Request, caller: Entering) -> Response:
    """Show what the authenticator is to be told."""
    values = await read_form(request)
    caller.key = key_of(values)
    try:
        begun = await account.begin(caller)
    except DomainError as error:
        if _owes(caller):
            return _enrolling(request, caller, error)
        return await _page(request, caller, at="factor", error=error)
    return _telling(request, caller, begun.secret, begun.uri, Faults())


@router.post("/second-factor/confirm")
async def confirm(request: Request, caller: Entering) -> Response:
    """Switch it on, and show the recovery codes once."""
    values = await read_form(request)
    caller.key = key_of(values)
    try:
        given = checked(SecondCode, {"code": values.get("code", "")})
        recovery = await account.confirm(caller, given.code)
    except DomainError as error:
        faults = faults_of(error, _PLACES, caller.language)
        return _telling(
            request,
            caller,
            values.get("secret", ""),
            values.get("uri", ""),
            Faults(fields={"code": faults.fields.get("code") or faults.summary}),
            status=error.status,
        )
    if not _owes(caller):
        return _recovering(request, caller, recovery.codes, after="/me")
    tokens = await sessions.enrolled(caller)
    response = _recovering(request, caller, recovery.codes, after="/desk")
    keep(request, response, tokens)
    return response


@router.post("/second-factor/drop")
async def drop(request: Request, caller: Someone) -> Response:
    """Sign in with the password alone again."""
    values = await read_form(request)
    caller.key = key_of(values)
    try:
        await account.drop(caller, values.get("current", ""))
    except DomainError as error:
        return await _page(request, caller, at="factor", error=error)
    return RedirectResponse("/me?done=dropped", status_code=303)


@router.post("/sessions/{id}")
async def end_session(id: own_sessions.SessionPath, request: Request, caller: Someone) -> Response:  # noqa: A002 - the name in the address
    """End one of the sessions; one that has ended meanwhile is as good."""
    await read_form(request)
    with contextlib.suppress(NotFound):
        await own_sessions.ended(caller, id)
    return RedirectResponse("/me?done=ended", status_code=303)


def _recovering(request: Request, caller: Caller, codes: list[str], *, after: str) -> Response:
    return staff_page(request, caller, "desk/recovery.html", codes=codes, after=after)


def _owes(caller: Caller) -> bool:
    return caller.session is not None and caller.session.staff.owes_second_factor


def _enrolling(request: Request, caller: Caller, error: DomainError | None = None) -> Response:
    return staff_page(
        request,
        caller,
        "desk/enrol.html",
        status=error.status if error else 200,
        key=new_key(),
        fault=detail_of(error, caller.language) if error else "",
    )


async def _page(
    request: Request,
    caller: Caller,
    *,
    at: str = "",
    error: DomainError | None = None,
    done: str = "",
) -> Response:
    """Show the account, with what went wrong beside the form that it went wrong with."""
    try:
        factor = await account.second_factor(caller)
    except DomainError:
        factor = None
    faults = faults_of(error, _PLACES, caller.language) if error else Faults()
    return staff_page(
        request,
        caller,
        "desk/account.html",
        status=error.status if error else 200,
        headers=headers_of(error) if error else {},
        factor=factor,
        sessions=await own_sessions.listed(caller),
        at=at,
        faults=faults,
        done=done if done in {"password", "dropped", "ended"} else "",
        key=new_key(),
    )


def _telling(
    request: Request, caller: Caller, secret: str, uri: str, faults: Faults, *, status: int = 200
) -> Response:
    return staff_page(
        request,
        caller,
        "desk/second_factor.html",
        status=status,
        secret=" ".join(secret.replace(" ", "")[at : at + 4] for at in range(0, len(secret), 4)),
        uri=uri,
        owes=_owes(caller),
        drawing=qr_of(uri) if uri.startswith("otpauth://") else None,
        faults=faults,
        key=new_key(),
    )

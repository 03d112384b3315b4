"""The page on which an installation gets its first administrator."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from chassis.errors import DomainError
from gateway.access import Anyone
from gateway.api import installation
from gateway.caller import Caller
from gateway.documents import FirstAdministrator
from gateway.errors import headers_of
from gateway.pages.forms import Faults, checked, faults_of, key_of, new_key, read_form
from gateway.pages.rendering import page, reader_of
from gateway.pages.staff import keep

router = APIRouter(include_in_schema=False)

_FIELDS: Final = ("organisation", "name", "username", "password", "mobile", "email")
_PLACES: Final = {f"/{name}": name for name in _FIELDS}


@router.get("/setup")
async def show(request: Request, caller: Anyone) -> Response:
    """Ask for the first administrator; say how to begin where no pass was brought along."""
    given = {"setup_pass": request.query_params.get("pass", "")}
    return await _page(request, caller, given)


@router.post("/setup")
async def found(request: Request, caller: Anyone) -> Response:
    """Make the first administrator, and go on with what the installation needs."""
    values = await read_form(request)
    caller.key = key_of(values)
    filled = {name: values[name] for name in _FIELDS if values.get(name)}
    given = {"setup_pass": values.get("setup_pass", ""), "language": reader_of(request), **filled}
    try:
        tokens = await installation.founded(caller, checked(FirstAdministrator, given))
    except DomainError as error:
        return await _page(request, caller, values, error)
    response = RedirectResponse("/admin/start", status_code=303)
    keep(request, response, tokens)
    return response


async def _page(
    request: Request, caller: Caller, values: dict[str, str], error: DomainError | None = None
) -> Response:
    return page(
        request,
        "setup/founding.html",
        status=error.status if error else 200,
        headers=headers_of(error) if error else {},
        founded=await installation.is_founded(caller),
        values=values,
        faults=faults_of(error, _PLACES, reader_of(request)) if error else Faults(),
        key=new_key(),
    )

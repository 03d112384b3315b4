"""How staff sign in: which roles have to have a second factor."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request, Response

from chassis.errors import DomainError
from gateway.admin.editing import Fields, led_to
from gateway.admin.organisation.members import ROLES
from gateway.admin.sections import Admin, admin_page
from gateway.api import account
from gateway.caller import Caller
from gateway.errors import detail_of
from gateway.pages.forms import key_of, new_key, read_pairs
from gateway.pages.staff import StaffRoute

_HERE: Final = "/admin/sign-in"

router = APIRouter(prefix=_HERE, include_in_schema=False, route_class=StaffRoute)


@router.get("")
async def show(request: Request, caller: Admin) -> Response:
    """Show the roles, and how many of each have a second factor."""
    return await _page(request, caller)


@router.post("")
async def demand(request: Request, caller: Admin) -> Response:
    """Demand it of the roles that are ticked, and of no others."""
    fields = Fields(await read_pairs(request))
    caller.key = key_of({"key": fields.get("key")})
    try:
        await account.demand(caller, fields.all("roles"))
    except DomainError as error:
        return await _page(request, caller, error)
    return led_to(request, f"{_HERE}?saved=yes")


async def _page(request: Request, caller: Caller, error: DomainError | None = None) -> Response:
    return admin_page(
        request,
        caller,
        "admin/sign_in.html",
        status=error.status if error else 200,
        demand=await account.demanded(caller.renewed()),
        roles=ROLES,
        saved="saved" in request.query_params,
        summary=detail_of(error, caller.language) if error else "",
        key=new_key(),
    )

"""Keys of outside systems: made, given another text, revoked. A text is shown once."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from chassis.errors import DomainError, FieldFault, Invalid
from contracts.calls.base import Nothing
from contracts.calls.routing import SystemKey
from contracts.days import read_date
from contracts.rights import KEY_RIGHTS
from gateway.admin.editing import Fields, faults_by_field, led_to
from gateway.admin.sections import Admin, admin_page
from gateway.api import keys
from gateway.caller import Caller
from gateway.documents import SlugPath
from gateway.errors import detail_of
from gateway.pages.forms import key_of, new_key, read_pairs
from gateway.pages.staff import StaffRoute
from gateway.texts import latin, text

router = APIRouter(prefix="/admin/keys", include_in_schema=False, route_class=StaffRoute)

#: For how many seconds the text before a new one stays good.
OVERLAPS: Final = (86_400, 0, 3_600, 7 * 86_400)
_COMMA: Final = re.compile(r"[\s,،;]+")


@router.get("")
async def list_keys(request: Request, caller: Admin) -> Response:
    """Show every key there ever was, and the form of another one."""
    return await _page(request, caller)


@router.post("")
async def make(request: Request, caller: Admin) -> Response:
    """Make a key and show its text, this once."""
    fields = await _deed(request, caller)
    try:
        terms = _terms(fields, caller.gateway.settings.zone)
        made = await keys.make(caller, fields.get("system").lower(), terms)
    except DomainError as error:
        return await _page(request, caller, fields, error)
    return _shown(request, caller, made)


@router.post("/{id}/rotate")
async def rotate(id: SlugPath, request: Request, caller: Admin) -> Response:  # noqa: A002 - the name in the address
    """Give a key another text and show it, this once."""
    fields = await _deed(request, caller)
    seconds = fields.number("overlap")
    overlap = {"overlap": OVERLAPS[0] if seconds is None else seconds}
    return _shown(request, caller, await keys.rotate(caller, id, overlap))


@router.post("/{id}/revoke")
async def revoke(id: SlugPath, request: Request, caller: Admin) -> Response:  # noqa: A002 - the name in the address
    """Let nobody in with a key any more."""
    await _deed(request, caller)
    await keys.revoke(caller, id)
    return led_to(request, "/admin/keys?done=revoked")


def _terms(fields: Fields, zone: str) -> dict[str, Any]:
    """Give what was typed as routing takes it; raises Invalid."""
    terms = {
        "title": fields.get("title"),
        "rights": fields.all("rights"),
        "addresses": [each for each in _COMMA.split(latin(fields.get("addresses"))) if each],
    }
    last = latin(fields.get("last")).replace("/", "-")
    if not last:
        return terms
    try:
        after = read_date(last) + timedelta(days=1)
    except ValueError:
        fault = FieldFault(pointer="/expires_at", code="malformed")
        raise Invalid("request_invalid", fields=[fault]) from None
    midnight = datetime.combine(after, time(), tzinfo=ZoneInfo(zone))
    return terms | {"expires_at": midnight.isoformat()}


async def _deed(request: Request, caller: Caller) -> Fields:
    fields = Fields(await read_pairs(request, most=60))
    caller.key = key_of(fields.first_values())
    return fields


def _shown(request: Request, caller: Caller, key: keys.NewKey) -> Response:
    return admin_page(
        request,
        caller,
        "admin/secret.html",
        kind="key",
        title=key.title,
        secret=key.key,
        lines={
            "PEYGIR_URL": caller.gateway.settings.public_url,
            "PEYGIR_KEY": key.key,
        },
        onward="/admin/keys",
    )


async def _page(
    request: Request,
    caller: Caller,
    fields: Fields | None = None,
    error: DomainError | None = None,
) -> Response:
    found = await caller.query("routing", "system_keys", Nothing(), list[SystemKey])
    names = await caller.names()
    return admin_page(
        request,
        caller,
        "admin/keys.html",
        status=error.status if error else 200,
        keys=sorted(found, key=lambda each: (not each.active, each.id)),
        given=fields.first_values() if fields else {},
        chosen=fields.all("rights") if fields else ["event.read"],
        rights={each: text(caller.language, f"outside.right.{each}") for each in KEY_RIGHTS},
        overlaps=OVERLAPS,
        directory=names,
        done=request.query_params.get("done", ""),
        typed=faults_by_field(error, caller.language),
        summary=detail_of(error, caller.language) if error else "",
        new_key=new_key,
    )

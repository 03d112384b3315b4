"""The people of the organisation: found, defined, on shifts and on leave."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from chassis.errors import DomainError
from contracts.calls.base import Nothing
from contracts.calls.routing import (
    Attendance,
    CancelLeave,
    DefinePerson,
    GetAttendance,
    GetPerson,
    PersonView,
    Staff,
    StaffMember,
    TakeLeave,
)
from gateway.admin.editing import Fields, faults_by_field, led_to
from gateway.admin.known import known_to
from gateway.admin.organisation.members import (
    DAYS,
    ROLES,
    as_definition,
    as_typed,
    fits,
    leave_of,
    week_of,
)
from gateway.admin.sections import Admin, admin_page
from gateway.api import account
from gateway.api.admin import read_as
from gateway.caller import Caller
from gateway.documents import SlugPath
from gateway.errors import detail_of
from gateway.pages.forms import key_of, new_key, read_form, read_pairs
from gateway.pages.staff import StaffRoute
from gateway.texts import text

router = APIRouter(prefix="/admin/people", include_in_schema=False, route_class=StaffRoute)

_NEW: Final = "new"


@router.get("")
async def list_people(request: Request, caller: Admin) -> Response:
    """Show everybody, or those that are looked for."""
    asked = {name: request.query_params.get(name, "") for name in ("q", "unit", "role")}
    people, known = await asyncio.gather(
        caller.query("routing", "staff", Nothing(), list[StaffMember]), known_to(caller)
    )
    found = [person for person in people if fits(person, **asked)]
    return admin_page(
        request,
        caller,
        "admin/people.html",
        people=sorted(found, key=lambda each: (not each.active, each.unit, each.tier, each.name)),
        asked=asked,
        roles=_roles(caller),
        known=known,
        away=known.unavailable,
    )


@router.get("/{id}")
async def show(id: str, request: Request, caller: Admin) -> Response:  # noqa: A002 - the name in the address
    """Show somebody as he is defined, or an empty form."""
    if id == _NEW:
        unit = request.query_params.get("unit", "")
        return await _page(request, caller, None, as_typed(None) | {"unit": unit})
    return await _page(request, caller, id)


@router.post("/{id}")
async def define(id: str, request: Request, caller: Admin) -> Response:  # noqa: A002 - the name in the address
    """Make somebody or change him; what the form does not show stays as it is."""
    fields = Fields(await read_pairs(request, most=60))
    caller.key = key_of({"key": fields.get("key")})
    before = None if id == _NEW else await _person(caller, id)
    given = as_definition(fields, before)
    name = str(given["id"])
    try:
        await caller.command("routing", "define_person", read_as(DefinePerson, given), Staff)
    except DomainError as error:
        typed = as_typed(None) | fields.first_values() | {"active": given["active"]}
        return await _page(request, caller, None if before is None else id, typed, error)
    # He signs in again: role, unit or password may be others now.
    await caller.gateway.revocations.end_all_of(name)
    return led_to(request, f"/admin/people/{name}?saved=yes")


@router.post("/{id}/second-factor/reset")
async def reset_second_factor(id: SlugPath, request: Request, caller: Admin) -> Response:  # noqa: A002 - the name in the address
    """Let somebody who has lost his telephone sign in with the password alone."""
    caller.key = key_of(await read_form(request))
    await account.reset(caller, id)
    return led_to(request, f"/admin/people/{id}?saved=yes")


@router.post("/{id}/leaves")
async def take_leave(id: SlugPath, request: Request, caller: Admin) -> Response:  # noqa: A002 - the name in the address
    """Put down a leave by its first and last day."""
    fields = Fields(await read_pairs(request))
    caller.key = key_of(fields.first_values())
    try:
        given = leave_of(fields, id, caller.key[:16], caller.gateway.settings.zone)
        await caller.command("routing", "take_leave", read_as(TakeLeave, given), Attendance)
    except DomainError as error:
        return await _page(request, caller, id, error=error, leave=fields.first_values())
    return led_to(request, f"/admin/people/{id}?saved=yes")


@router.post("/{id}/leaves/{leave}/cancel")
async def cancel_leave(id: SlugPath, leave: SlugPath, request: Request, caller: Admin) -> Response:  # noqa: A002 - the name in the address
    """Strike a leave out."""
    caller.key = key_of(await read_form(request))
    asked = CancelLeave(person=id, leave=leave)
    await caller.command("routing", "cancel_leave", asked, Attendance)
    return led_to(request, f"/admin/people/{id}?saved=yes")


async def _page(
    request: Request,
    caller: Caller,
    name: str | None,
    typed: dict[str, Any] | None = None,
    error: DomainError | None = None,
    leave: dict[str, str] | None = None,
) -> Response:
    known = await known_to(caller)
    found = await _person(caller, name) if name else None
    attendance = None
    if name:
        asked = GetAttendance(person=name)
        attendance = await caller.optional("routing", "attendance", asked, Attendance)
    person = typed or as_typed(found)
    return admin_page(
        request,
        caller,
        "admin/person.html",
        status=error.status if error else 200,
        id=name,
        person=person,
        week={day: person.get(f"week.{day}", week_of(found, day)) for day in DAYS},
        attendance=attendance,
        leave_typed=leave or {},
        others={each: title for each, title in known.people.items() if each != name},
        roles=_roles(caller),
        known=known,
        saved="saved" in request.query_params,
        typed=faults_by_field(error, caller.language),
        summary=detail_of(error, caller.language) if error else "",
        key=new_key(),
        away=known.unavailable,
    )


async def _person(caller: Caller, name: str) -> PersonView:
    asked = read_as(GetPerson, {"id": name})
    return await caller.query("routing", "person", asked, PersonView)


def _roles(caller: Caller) -> dict[str, str]:
    return {role: text(caller.language, f"role.{role}") for role in ROLES}

"""The units of the organisation as a tree, one of them open as a form."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any, Final, get_args

import msgspec
from fastapi import APIRouter, Request, Response

from chassis.errors import DomainError, NotFound
from contracts.calls.base import Nothing
from contracts.calls.routing import DefineUnit, StaffMember, Unit
from contracts.calls.routing.organisation import Strategy, UnitKind
from contracts.calls.sla import CalendarView
from gateway.admin.editing import Fields, faults_by_field, led_to, said
from gateway.admin.known import known_to
from gateway.admin.organisation.trees import in_tree
from gateway.admin.sections import Admin, admin_page
from gateway.api.admin import read_as
from gateway.caller import Caller
from gateway.errors import detail_of
from gateway.pages.forms import key_of, new_key, read_pairs
from gateway.pages.staff import StaffRoute

router = APIRouter(prefix="/admin/units", include_in_schema=False, route_class=StaffRoute)

_KINDS: Final = get_args(UnitKind)
_STRATEGIES: Final = get_args(Strategy)


@router.get("")
async def show(request: Request, caller: Admin) -> Response:
    """Show the tree; `open` names a unit, `below` the one under which a new one is to be."""
    asked = request.query_params
    new = {"parent": asked.get("below")} if "below" in asked else None
    return await _page(request, caller, asked.get("open"), new)


@router.post("")
async def define(request: Request, caller: Admin) -> Response:
    """Make a unit or change it; what the form does not show stays as it is."""
    fields = Fields(await read_pairs(request))
    caller.key = key_of(fields.first_values())
    units = await caller.query("routing", "units", Nothing(), list[Unit])
    name = fields.get("unit").lower()
    before = next((unit for unit in units if unit.id == name), None)
    minutes = fields.number("react_minutes")
    given: dict[str, Any] = {
        **(msgspec.structs.asdict(before) if before else {}),
        "id": name,
        "title": fields.words("title"),
        "kind": fields.get("kind"),
        "parent": fields.get("parent") or None,
        "province": fields.get("province") or None,
        "calendar": fields.get("calendar") or None,
        "strategy": fields.get("strategy"),
        "react_within": timedelta(minutes=minutes) if minutes else None,
        "desk": fields.get("desk") == "yes",
        "active": fields.get("active") == "yes",
    }
    try:
        asked = read_as(DefineUnit, msgspec.to_builtins(given))
        await caller.command("routing", "define_unit", asked, Unit)
    except DomainError as error:
        return await _page(request, caller, before.id if before else None, given, error)
    return led_to(request, f"/admin/units?open={name}&saved=yes")


async def _page(
    request: Request,
    caller: Caller,
    opened: str | None,
    given: dict[str, Any] | None = None,
    error: DomainError | None = None,
) -> Response:
    units, people, calendars, known = await asyncio.gather(
        caller.query("routing", "units", Nothing(), list[Unit]),
        caller.optional("routing", "staff", Nothing(), list[StaffMember]),
        caller.optional("sla", "calendars", Nothing(), list[CalendarView]),
        known_to(caller),
    )
    found = next((each for each in units if each.id == opened), None)
    if opened and found is None:
        raise NotFound("unit_unknown")
    say = known.words().text
    members = [person for person in people or () if person.active]
    return admin_page(
        request,
        caller,
        "admin/units.html",
        status=error.status if error else 200,
        branches=in_tree(units, lambda each: each.id, lambda each: each.parent),
        opened=found,
        given=given,
        sizes={unit.id: sum(person.unit == unit.id for person in members) for unit in units},
        members=[person for person in members if found and person.unit == found.id],
        known=known,
        kinds={kind: say(f"admin.unit.kind.{kind}") for kind in _KINDS},
        strategies={each: say(f"admin.strategy.{each}") for each in _STRATEGIES},
        calendars={
            each.id: said(each.definition.get("title"), caller.language, each.id)
            for each in calendars or ()
        },
        saved="saved" in request.query_params,
        typed=faults_by_field(error, caller.language),
        summary=detail_of(error, caller.language) if error else "",
        key=new_key(),
        away=known.unavailable,
    )

"""The versions of the rules, and the draft that decides beside them."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Any, Final

import msgspec
from fastapi import APIRouter, Request, Response

from chassis.errors import NotFound
from contracts.calls.base import Nothing
from contracts.calls.routing import (
    EndShadow,
    GetRuleSet,
    RestoreRules,
    RuleSet,
    RuleSetHead,
    Shadow,
)
from gateway.admin.differences import Difference, differences
from gateway.admin.editing import as_text, led_to
from gateway.admin.known import Known, known_to
from gateway.admin.rules import rows as table
from gateway.admin.sections import Admin, admin_page
from gateway.documents import SlugPath
from gateway.pages.forms import key_of, new_key, read_form
from gateway.pages.staff import StaffRoute

router = APIRouter(prefix="/admin/rules", include_in_schema=False, route_class=StaffRoute)

#: How many versions are read for what they changed.
_COMPARED: Final = 12


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A difference in words."""

    kind: str
    what: str
    fields: list[tuple[str, str, str]]


@router.get("/versions")
async def list_versions(request: Request, caller: Admin) -> Response:
    """Show the versions, the last of them with what they changed."""
    heads = await caller.query("routing", "rule_sets", Nothing(), list[RuleSetHead])
    sets = await asyncio.gather(
        *(
            caller.query("routing", "rule_set", GetRuleSet(version=head.version), RuleSet)
            for head in heads[: _COMPARED + 1]
        )
    )
    known = await known_to(caller)
    changes = {newer.version: compared(older, newer, known) for newer, older in pairwise(sets)}
    return admin_page(
        request,
        caller,
        "admin/rules_versions.html",
        heads=heads,
        changes_of=changes,
        known=known,
        key=new_key(),
        away=known.unavailable,
    )


@router.post("/versions/{version}/restore")
async def restore(version: int, request: Request, caller: Admin) -> Response:
    """Publish an older version again, as the newest."""
    caller.key = key_of(await read_form(request))
    view = await caller.command("routing", "restore_rules", RestoreRules(version=version), RuleSet)
    return led_to(request, f"/admin/rules?published={view.version}")


@router.get("/shadow")
async def show_shadow(request: Request, caller: Admin) -> Response:
    """Show the draft that decides beside the rules, and where it differs."""
    known = await known_to(caller)
    try:
        shadow = await caller.query("routing", "shadow", Nothing(), Shadow)
    except NotFound:
        shadow = None
    return admin_page(
        request,
        caller,
        "admin/rules_shadow.html",
        shadow=shadow,
        known=known,
        fields={name: known.words().text(f"admin.rule.field.{name}") for name in table.RESULTS},
        key=new_key(),
        away=known.unavailable,
    )


@router.post("/shadow/{shadow}/{deed}")
async def end_shadow(shadow: SlugPath, deed: str, request: Request, caller: Admin) -> Response:
    """Publish the draft, or drop it."""
    caller.key = key_of(await read_form(request))
    asked = EndShadow(shadow=shadow)
    if deed == "promote":
        view = await caller.command("routing", "promote_shadow", asked, RuleSet)
        return led_to(request, f"/admin/rules?published={view.version}")
    if deed != "drop":
        raise NotFound("path_not_found")
    await caller.command("routing", "drop_shadow", asked, Shadow)
    return led_to(request, "/admin/rules/shadow")


def compared(before: RuleSet, after: RuleSet, known: Known) -> list[Told]:
    """Say what a version changed in the one before."""
    old, new = _by_id(before), _by_id(after)
    return [
        _told(each, (old if each.kind == "removed" else new)[each.key], known)
        for each in differences("rows", old, new, ordered=True)
    ]


def _by_id(rules: RuleSet) -> dict[str, table.Row]:
    return {table.row_id(row): row for row in table.plain(rules.rows)}


def _told(found: Difference, row: table.Row, known: Known) -> Told:
    say = known.words().text
    unit = as_text(row.get("unit"))
    return Told(
        kind=found.kind,
        what=say("admin.rule.row_named", id=found.key, unit=known.units.get(unit, unit)),
        fields=[
            (
                say(f"admin.rule.field.{field.name}"),
                _value(field.name, field.before, known),
                _value(field.name, field.after, known),
            )
            for field in found.fields
        ],
    )


def _value(name: str, value: Any, known: Known) -> str:
    if value is None:
        return known.words().text("admin.yes") if name == "active" else ""
    if name == "when":
        return " ".join(table.conditions_of({"when": value}, known))
    return table.result_said(name, value, known)

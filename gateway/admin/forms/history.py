"""The versions of a form: what each one changed, and going back to one."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Final

import msgspec
from fastapi import APIRouter, Request, Response

from chassis.errors import NotFound
from contracts.calls.forms import DefineForm, FormVersion, FormView
from gateway.admin.conditions import told
from gateway.admin.differences import Difference, changed_fields, differences
from gateway.admin.editing import as_text, led_to, said
from gateway.admin.forms.fields import (
    Draft,
    field_title,
    fields_of,
    names_in,
    options_typed,
    sections_of,
)
from gateway.admin.known import Known, known_to
from gateway.admin.sections import Admin, admin_page
from gateway.admin.workflows.versions import Told
from gateway.api.versions import form_versions
from gateway.caller import Caller
from gateway.documents import SlugPath
from gateway.pages.forms import key_of, new_key, read_form
from gateway.pages.staff import StaffRoute
from gateway.texts import has

router = APIRouter(prefix="/admin/forms/{id}", include_in_schema=False, route_class=StaffRoute)

#: What the form itself has beside its sections.
_OWN: Final = ("title", "help", "rules")


@router.get("/versions")
async def list_versions(id: SlugPath, request: Request, caller: Admin) -> Response:  # noqa: A002 - the name in the address
    """Show the versions, newest first, with what each one changed."""
    views = await form_versions(caller, id)
    known = await known_to(caller)
    changes = {newer.version: compared(older, newer, known) for newer, older in pairwise(views)}
    return admin_page(
        request,
        caller,
        "admin/form_versions.html",
        id=id,
        title=said(views[0].definition.get("title"), caller.language, id),
        versions=views,
        changes_of=changes,
        known=known,
        key=new_key(),
        away=known.unavailable,
    )


@router.post("/versions/{version}/restore")
async def restore(id: SlugPath, version: int, request: Request, caller: Admin) -> Response:  # noqa: A002 - the name in the address
    """Publish an older version again, as the newest; its blocks are those of today."""
    caller.key = key_of(await read_form(request))
    asked = DefineForm(id=id, definition=(await form_version(caller, id, version)).definition)
    view = await caller.command("intake", "define_form", asked, FormView)
    return led_to(request, f"/admin/forms/{id}?published={view.version}")


async def form_version(caller: Caller, name: str, version: int) -> FormVersion:
    """Give one version; raises NotFound."""
    views = await form_versions(caller, name)
    found = next((view for view in views if view.version == version), None)
    if found is None:
        raise NotFound("form_not_found")
    return found


def compared(before: FormVersion, after: FormVersion, known: Known) -> list[Told]:
    """Say what a version changed in the one before, with the blocks that stand in them."""
    old, new = before.form, after.form
    found = [
        *differences("sections", _sections(old), _sections(new), ordered=True),
        *differences("fields", _fields(old), _fields(new), ordered=True),
    ]
    own = changed_fields(
        {name: old.get(name) for name in _OWN}, {name: new.get(name) for name in _OWN}
    )
    if own:
        found.insert(0, Difference(kind="changed", group="about", key="", fields=own))
    return [_told(each, old if each.kind == "removed" else new, known) for each in found]


def _sections(form: Draft) -> dict[str, Draft]:
    return {
        as_text(section.get("id")): {n: v for n, v in section.items() if n != "fields"}
        for section in sections_of(form)
    }


def _fields(form: Draft) -> dict[str, Draft]:
    """Give the fields by their ids, each with the section that it stands in."""
    return {
        as_text(field.get("id")): field | {"section": as_text(section.get("id"))}
        for section in sections_of(form)
        for field in fields_of(section)
    }


def _told(found: Difference, form: Draft, known: Known) -> Told:
    return Told(
        kind=found.kind,
        what=_named(found, form, known),
        fields=[
            (
                _field_said(field.name, known),
                _value(field.name, field.before, form, known),
                _value(field.name, field.after, form, known),
            )
            for field in found.fields
        ],
    )


def _named(found: Difference, form: Draft, known: Known) -> str:
    say = known.words().text
    if found.group == "about":
        return say("admin.form.itself")
    if found.group == "sections":
        section = _sections(form)[found.key]
        return say("admin.form.section_named", title=_section_title(section, known))
    return field_title(_fields(form)[found.key], known.language)


def _field_said(name: str, known: Known) -> str:
    key = f"admin.form.property.{name}"
    return known.words().text(key) if has(key) else name


def _value(name: str, value: Any, form: Draft, known: Known) -> str:
    say = known.words().text
    match name, value:
        case _, None | False:
            shown = ""
        case _, True:
            shown = say("admin.yes")
        case "title" | "help" | "label" | "unit", _:
            shown = said(value, known.language)
        case "type", _ if has(f"admin.form.type.{value}"):
            shown = say(f"admin.form.type.{value}")
        case "section", _:
            shown = _section_title(_sections(form).get(as_text(value), {"id": value}), known)
        case "options", _:
            shown = options_typed({"options": value})
        case "visible" | "required" | "computed", dict():
            titles = {field: title for title, field in names_in(form, known.language).items()}
            shown = told(value, known.words()._replace(fact=lambda fact: titles.get(fact, fact)))
        case _:
            shown = as_text(value) or msgspec.json.encode(value).decode()
    return shown


def _section_title(section: Draft, known: Known) -> str:
    return said(section.get("title"), known.language, as_text(section.get("id")))

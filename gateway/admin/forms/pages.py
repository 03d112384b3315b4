"""The pages of forms: all of them, and the editor with the form as requesters see it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import msgspec
from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from chassis.errors import DomainError, FieldFault, Invalid, NotFound
from contracts.calls.base import Nothing
from contracts.calls.forms import DefineForm, FormView
from contracts.forms import Block, ready
from contracts.forms.checking import checked_form
from gateway.admin.conditions import SIGNS, lines_of
from gateway.admin.editing import MOST_FIELDS, as_text, indented, led_to, read_edit, said, written
from gateway.admin.forms import fields as parts
from gateway.admin.forms.history import form_version
from gateway.admin.known import known_to
from gateway.admin.sections import Admin, admin_page
from gateway.caller import Caller
from gateway.documents import SlugPath
from gateway.errors import describe, detail_of
from gateway.pages.forms import new_key, read_form, read_pairs
from gateway.pages.sheet import PREFIX, Sheet
from gateway.pages.staff import StaffRoute, is_part
from gateway.texts import text

router = APIRouter(prefix="/admin/forms", include_in_schema=False, route_class=StaffRoute)

_ID: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_EMPTY: Final[parts.Draft] = {
    "title": {},
    "sections": [{"id": "main", "title": {}, "fields": []}],
}


@router.get("")
async def list_forms(request: Request, caller: Admin) -> Response:
    """Show every form."""
    return await _listed(request, caller)


@router.post("")
async def begin(request: Request, caller: Admin) -> Response:
    """Lead to the editor of a form that is to be, or say what is wrong with its name."""
    name = (await read_form(request)).get("id", "").strip().lower()
    taken = await _forms(caller)
    if not _ID.fullmatch(name):
        return await _listed(request, caller, name, "malformed")
    if any(view.id == name for view in taken):
        return await _listed(request, caller, name, "row_repeated")
    return RedirectResponse(f"/admin/forms/{name}?new=yes", 303)


@router.get("/{id}")
async def show(id: SlugPath, request: Request, caller: Admin) -> Response:  # noqa: A002 - the name in the address
    """Show the editor with the newest version, or with an empty form."""
    view = next((each for each in await _forms(caller) if each.id == id), None)
    if view is None and "new" not in request.query_params:
        raise NotFound("form_unknown")
    definition = view.definition if view else _EMPTY
    older = request.query_params.get("version", "")
    if view is not None and older.isdecimal() and int(older) != view.version:
        definition = (await form_version(caller, id, int(older))).definition
    return await _editor(
        request,
        caller,
        id,
        definition,
        version=view.version if view else 0,
        opened=request.query_params.get("open", "" if view else "about"),
        published=request.query_params.get("published", ""),
        changed=view is None or definition is not view.definition,
    )


@router.post("/{id}")
async def edit(id: SlugPath, request: Request, caller: Admin) -> Response:  # noqa: A002 - the name in the address
    """Take in what was typed, do what was asked for, and show the editor again."""
    given = await read_edit(request)
    caller.key = given.key
    draft, opened = parts.checked_shape(given.draft), given.opened
    version = given.fields.number("version") or 0
    typed = [
        (name, value)
        for name, value in await read_pairs(request, most=MOST_FIELDS)
        if name.startswith(PREFIX) or name == "shown"
    ]
    error: DomainError | None = None
    try:
        draft, opened = parts.done(parts.applied(draft, given), given, opened)
        if given.verb == "publish":
            asked = DefineForm(id=id, definition=draft)
            view = await caller.command("intake", "define_form", asked, FormView)
            return led_to(request, f"/admin/forms/{id}?published={view.version}")
    except DomainError as refused:
        error = refused
    return await _editor(
        request,
        caller,
        id,
        draft,
        version=version,
        opened=opened,
        changed=True,
        typed=typed,
        error=error,
    )


async def _listed(request: Request, caller: Caller, name: str = "", fault: str = "") -> Response:
    views = await _forms(caller)
    people = (await known_to(caller)).person
    return admin_page(
        request,
        caller,
        "admin/forms.html",
        status=422 if fault else 200,
        forms=[
            {
                "id": view.id,
                "title": said(view.definition.get("title"), caller.language, view.id),
                "version": view.version,
                "fields": sum(
                    len(parts.fields_of(section)) for section in parts.sections_of(view.definition)
                ),
                "at": view.published_at,
                "by": people(view.published_by),
            }
            for view in views
        ],
        name=name,
        fault=fault,
    )


async def _editor(  # noqa: PLR0913 - what there is to show
    request: Request,
    caller: Caller,
    name: str,
    draft: parts.Draft,
    *,
    version: int,
    opened: str = "",
    published: str = "",
    changed: bool = False,
    typed: Sequence[tuple[str, str]] = (),
    error: DomainError | None = None,
) -> Response:
    known = await known_to(caller)
    sheet, found = await _looked_at(caller, draft, typed)
    if error is not None and error.code != "request_invalid":
        found = [*found, *(fault for fault in error.fields if fault not in found)]
    faults = [describe(fault, caller.language) for fault in found]
    part = parts.part_at(draft, opened)
    rows = parts.shown(draft, faults, known)
    visible = part.get("visible") if part else None
    at_rows = sum(len(row.faults) + sum(len(field.faults) for field in row.fields) for row in rows)
    return admin_page(
        request,
        caller,
        "admin/form_editor.html" if is_part(request) else "admin/form.html",
        status=error.status if error else 200,
        id=name,
        title=said(draft.get("title"), caller.language, name),
        version=version,
        published=published,
        changed=changed,
        sections_shown=rows,
        preview=sheet.parts({}, caller.language) if sheet else None,
        shown_fields=sheet.shown() if sheet else "",
        carried=sheet.carried() if sheet else [],
        draft=written(draft),
        opened=opened if part is not None or opened == "about" else "",
        part=part and part | {"type": as_text(part.get("type"))},
        about=draft if opened == "about" else None,
        options_typed=parts.options_typed(part) if part else "",
        lines=lines_of(visible if isinstance(visible, dict) else None),
        visible_raw=indented(visible) if isinstance(visible, dict) else "",
        part_raw=indented(part) if part is not None else "",
        facts=parts.names_in(draft, caller.language),
        types={each: text(caller.language, f"admin.form.type.{each}") for each in parts.TYPES},
        flags={each: text(caller.language, f"admin.form.flag.{each}") for each in parts.FLAGS},
        signs=SIGNS,
        faults_count=len(faults),
        faults_elsewhere=[fault.message for fault in faults] if not at_rows else [],
        typed=_beside(error, caller),
        summary=detail_of(error, caller.language) if error else "",
        key=new_key(),
        known=known,
        away=known.unavailable,
    )


async def _looked_at(
    caller: Caller, draft: parts.Draft, typed: Sequence[tuple[str, str]]
) -> tuple[Sheet | None, list[FieldFault]]:
    """Give the form as it would be asked, as far as it can be, and every fault of the draft."""
    views = await caller.optional("intake", "block_definitions", Nothing(), list[FormView])
    blocks = {view.id: msgspec.convert(view.definition, Block) for view in views or ()}
    read, faults = checked_form(draft, blocks)
    if read.form is None or faults:
        return None, faults
    settings = caller.gateway.settings
    context = {
        "today": datetime.now(ZoneInfo(settings.zone)).date().isoformat(),
        "subject": "",
        "channel": "web",
        "language": caller.language,
    }
    return Sheet(ready(msgspec.to_builtins(read.form)), typed, context), []


def _beside(error: DomainError | None, caller: Caller) -> dict[str, str]:
    """Give what is wrong with what was typed, by field."""
    if not isinstance(error, Invalid) or error.code != "request_invalid":
        return {}
    return {
        fault.pointer.strip("/"): describe(fault, caller.language).message for fault in error.fields
    }


async def _forms(caller: Caller) -> list[FormView]:
    return await caller.query("intake", "form_definitions", Nothing(), list[FormView])

"""The pages of workflows: all of them, and the editor with the graph beside the list."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from chassis.errors import DomainError, Invalid, NotFound, Unavailable
from contracts.calls.base import Nothing
from contracts.calls.routing import CheckWorkflow, DefineWorkflow, NameWorkflow, WorkflowView
from gateway.admin.conditions import SIGNS, lines_of
from gateway.admin.editing import (
    Edit,
    as_dict,
    as_list,
    as_text,
    indented,
    led_to,
    read_edit,
    written,
)
from gateway.admin.known import known_to
from gateway.admin.sections import Admin, admin_page
from gateway.admin.workflows import by_itself, changing, reading
from gateway.admin.workflows.choices import choices_of
from gateway.admin.workflows.graph import drawn
from gateway.caller import Caller
from gateway.documents import SlugPath
from gateway.errors import ErrorItem, describe, detail_of
from gateway.pages.forms import new_key, read_form
from gateway.pages.staff import StaffRoute, is_part

router = APIRouter(prefix="/admin/workflows", include_in_schema=False, route_class=StaffRoute)

_ID: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


@router.get("")
async def list_workflows(request: Request, caller: Admin) -> Response:
    """Show every workflow, and how to make another."""
    return await _listed(request, caller)


@router.post("")
async def begin(request: Request, caller: Admin) -> Response:
    """Lead to the editor of a workflow that is to be, or say what is wrong with its name."""
    values = await read_form(request)
    name = values.get("id", "").strip().lower()
    taken = await caller.query("routing", "workflows", Nothing(), list[WorkflowView])
    if not _ID.fullmatch(name):
        return await _listed(request, caller, values, "malformed")
    if any(view.id == name for view in taken):
        return await _listed(request, caller, values, "row_repeated")
    base = values.get("base", "")
    return RedirectResponse(f"/admin/workflows/{name}?from={base}", 303)


@router.get("/{id}")
async def show(id: SlugPath, request: Request, caller: Admin) -> Response:  # noqa: A002 - the name in the address
    """Show the editor with the newest version, an older one, or what a new one begins with."""
    view = await _wanted(id, request, caller)
    opened = request.query_params.get("open", "")
    published = request.query_params.get("published", "")
    return await _editor(
        request, caller, id, view.definition, opened=opened, version=view.version, said=published
    )


@router.post("/{id}")
async def edit(id: SlugPath, request: Request, caller: Admin) -> Response:  # noqa: A002 - the name in the address
    """Take in what was typed, do what was asked for, and show the editor again."""
    given = await read_edit(request)
    version = given.fields.number("version") or 0
    draft = _raw(given) if given.verb == "raw" else reading.checked_shape(given.draft)
    try:
        draft, opened = changing.applied(draft, given)
    except Invalid as error:
        return await _editor(
            request, caller, id, draft, opened=given.opened, version=version, error=error
        )
    draft, opened = changing.done(draft, given, opened)
    if given.verb == "publish":
        return await _published(request, caller, id, draft, given)
    return await _editor(request, caller, id, draft, opened=opened, version=version, changed=True)


async def _published(
    request: Request, caller: Caller, name: str, draft: dict[str, Any], given: Edit
) -> Response:
    caller.key = given.key
    asked = DefineWorkflow(id=name, definition=bare(draft))
    try:
        view = await caller.command("routing", "define_workflow", asked, WorkflowView)
    except DomainError as error:
        version = given.fields.number("version") or 0
        return await _editor(
            request, caller, name, draft, version=version, error=error, changed=True
        )
    return led_to(request, f"/admin/workflows/{name}?published={view.version}")


async def _listed(
    request: Request, caller: Caller, values: dict[str, str] | None = None, fault: str = ""
) -> Response:
    views = await caller.query("routing", "workflows", Nothing(), list[WorkflowView])
    examples = await caller.query("routing", "workflow_examples", Nothing(), list[WorkflowView])
    return admin_page(
        request,
        caller,
        "admin/workflows.html",
        status=422 if fault else 200,
        workflows=[_summary(view, caller.language) for view in views],
        examples=[_summary(view, caller.language) for view in examples],
        values=values or {},
        fault=fault,
    )


def _summary(view: WorkflowView, language: str) -> dict[str, Any]:
    return {
        "id": view.id,
        "title": reading.title_of(view.id, view.definition, language),
        "version": view.version,
        "steps": len(reading.steps_of(view.definition)),
        "ways": len(reading.ways_of(view.definition)),
    }


async def _wanted(name: str, request: Request, caller: Caller) -> WorkflowView:
    """Give what the editor is to show; a new workflow is version 0."""
    base = request.query_params.get("from")
    if base is not None:
        kind, _, source = base.partition(":")
        if kind == "example":
            found = await caller.query(
                "routing", "workflow_examples", Nothing(), list[WorkflowView]
            )
        else:
            found = await caller.query("routing", "workflows", Nothing(), list[WorkflowView])
            source = source or "default"
        version = None
    else:
        asked = NameWorkflow(id=name)
        found = await caller.query("routing", "workflow_versions", asked, list[WorkflowView])
        wanted = request.query_params.get("version", "")
        source, version = name, int(wanted) if wanted.isdecimal() else None
    fitting = [v for v in found if v.id == source and version in (None, v.version)]
    if not fitting:
        raise NotFound("workflow_not_found")
    newest = max(view.version for view in found if view.id == source)
    first = max(fitting, key=lambda view: view.version)
    return WorkflowView(
        id=name, version=0 if base is not None else newest, definition=bare(first.definition)
    )


def bare(definition: dict[str, Any]) -> dict[str, Any]:
    """Give a definition without what the address says of it."""
    return {name: part for name, part in definition.items() if name not in ("id", "version")}


def _raw(given: Edit) -> dict[str, Any]:
    """Give the draft as it was written in JSON; raises Invalid."""
    try:
        return reading.checked_shape(msgspec.json.decode(given.fields.get("raw")))
    except (msgspec.DecodeError, RecursionError):
        raise Invalid("workflow_invalid") from None


async def _editor(  # noqa: PLR0913 - what there is to show
    request: Request,
    caller: Caller,
    name: str,
    draft: Any,
    *,
    opened: str = "",
    version: int = 0,
    said: str = "",
    changed: bool = False,
    error: DomainError | None = None,
) -> Response:
    known = await known_to(caller)
    faults, away = await _faults(caller, name, draft)
    shown = reading.shown(draft, faults, known)
    typed = error.fields if isinstance(error, Invalid) and error.code == "request_invalid" else ()
    return admin_page(
        request,
        caller,
        "admin/workflow_editor.html" if is_part(request) else "admin/workflow.html",
        status=error.status if error else 200,
        id=name,
        title=reading.title_of(name, draft, caller.language),
        version=version,
        published=said,
        changed=changed or version == 0,
        shown=shown,
        drawing=drawn(shown, opened),
        draft=written(draft),
        raw=indented(draft),
        key=new_key(),
        opened=opened,
        step=_open_step(draft, opened),
        way=_open_way(draft, opened),
        about=draft if opened == "about" else None,
        known=known,
        choices=choices_of(draft, shown, known),
        signs=SIGNS,
        typed={each.pointer.strip("/"): describe(each, caller.language).message for each in typed},
        summary=detail_of(error, caller.language) if error else "",
        away=[*known.unavailable, *(["routing"] if away else [])],
    )


async def _faults(caller: Caller, name: str, draft: Any) -> tuple[Sequence[ErrorItem], bool]:
    """Have routing find every fault of a draft; also whether it is away."""
    asked = CheckWorkflow(id=name, definition=bare(draft))
    try:
        await caller.query("routing", "check_workflow", asked, WorkflowView)
    except Invalid as error:
        return [describe(fault, caller.language) for fault in error.fields], False
    except Unavailable:
        return [], True
    return [], False


def _open_step(draft: Any, opened: str) -> dict[str, Any] | None:
    kind, _, name = opened.partition("/")
    step = reading.steps_of(draft).get(name) if kind == "steps" else None
    if step is None:
        return None
    approvals = as_dict(step.get("approvals"))
    return {
        **step,
        "name": name,
        "tasks": [*((n, as_dict(t)) for n, t in as_dict(step.get("tasks")).items()), ("", {})],
        "seats": ", ".join(as_text(who) for who in as_list(approvals.get("by"))),
        "approvals": approvals,
        "timers": by_itself.rows_of(step.get("timers")),
    }


def _open_way(draft: Any, opened: str) -> dict[str, Any] | None:
    kind, _, number = opened.partition("/")
    ways = reading.ways_of(draft)
    if kind != "transitions" or not number.isdecimal() or int(number) >= len(ways):
        return None
    way = ways[int(number)]
    who = [as_text(name) for name in as_list(way.get("who"))]
    effects = as_dict(way.get("effects"))
    own = as_dict(as_dict(as_dict(draft).get("actions")).get(as_text(way.get("action"))))
    return {
        **way,
        "number": int(number),
        "leaves": as_list(way.get("from")),
        "who": who,
        "who_else": ", ".join(name for name in who if name not in reading.RELATIONS),
        "guards": as_list(way.get("guards")),
        "when": lines_of(way.get("when")),
        "when_raw": "" if way.get("when") is None else indented(way.get("when")),
        "effects": effects,
        "notify": [*map(as_dict, as_list(effects.get("notify"))), {}],
        "start": by_itself.start_rows(effects),
        "hand_off": as_dict(effects.get("hand_off")),
        "schedule": by_itself.rows_of(effects.get("schedule")),
        "own": own.get("title", {}),
        "is_own": bool(own),
    }

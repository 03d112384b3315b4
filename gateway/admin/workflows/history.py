"""A workflow's versions, going back to one, and bringing open requests to the newest."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response

from chassis.errors import DomainError, NotFound
from contracts.calls.routing import (
    DefineWorkflow,
    MigrateWorkflow,
    Migration,
    NameWorkflow,
    WorkflowView,
)
from gateway.admin.editing import Fields, led_to
from gateway.admin.known import known_to
from gateway.admin.sections import Admin, admin_page
from gateway.admin.workflows import reading
from gateway.admin.workflows.pages import bare
from gateway.admin.workflows.versions import versions_told
from gateway.caller import Caller
from gateway.documents import SlugPath
from gateway.errors import detail_of
from gateway.pages.forms import key_of, new_key, read_form, read_pairs
from gateway.pages.staff import StaffRoute

router = APIRouter(prefix="/admin/workflows/{id}", include_in_schema=False, route_class=StaffRoute)


@router.get("/versions")
async def list_versions(id: SlugPath, request: Request, caller: Admin) -> Response:  # noqa: A002 - the name in the address
    """Show every version, with what each one changed."""
    views = await _versions(id, caller)
    known = await known_to(caller)
    return admin_page(
        request,
        caller,
        "admin/workflow_versions.html",
        id=id,
        title=reading.title_of(id, views[0].definition, caller.language),
        versions=versions_told(views, known),
        key=new_key(),
        away=known.unavailable,
    )


@router.post("/versions/{version}/restore")
async def restore(id: SlugPath, version: int, request: Request, caller: Admin) -> Response:  # noqa: A002 - the name in the address
    """Publish an older version again, as the newest."""
    caller.key = key_of(await read_form(request))
    old = next((view for view in await _versions(id, caller) if view.version == version), None)
    if old is None:
        raise NotFound("workflow_not_found")
    asked = DefineWorkflow(id=id, definition=bare(old.definition))
    view = await caller.command("routing", "define_workflow", asked, WorkflowView)
    return led_to(request, f"/admin/workflows/{id}?published={view.version}")


@router.get("/migration")
async def show_migration(id: SlugPath, request: Request, caller: Admin) -> Response:  # noqa: A002 - the name in the address
    """Ask from which version, and where steps that are gone lead."""
    return await _migration(request, caller, id, Fields(request.query_params.multi_items()))


@router.post("/migration")
async def migrate(id: SlugPath, request: Request, caller: Admin) -> Response:  # noqa: A002 - the name in the address
    """Try a migration, or do it for some of the requests; the page leads on to the rest."""
    fields = Fields(await read_pairs(request, most=200))
    caller.key = key_of(fields.first_values())
    old = fields.number("from_version") or 1
    steps = {
        name: fields.get(f"to.{name}")
        for name in fields.all("old_step")
        if fields.get(f"to.{name}") and fields.get(f"to.{name}") != name
    }
    asked: dict[str, Any] = {"id": id, "from_version": old, "steps": steps}
    after = fields.get("after") or None
    tried = fields.get("do") != "move"
    try:
        wanted = msgspec.convert(asked | {"dry_run": tried, "after": after}, MigrateWorkflow)
        done = await caller.command("routing", "migrate_workflow", wanted, Migration)
    except DomainError as error:
        return await _migration(request, caller, id, fields, error=error)
    return await _migration(request, caller, id, fields, done=done, tried=tried)


async def _migration(
    request: Request,
    caller: Caller,
    name: str,
    fields: Fields,
    *,
    done: Migration | None = None,
    tried: bool = True,
    error: DomainError | None = None,
) -> Response:
    views = await _versions(name, caller)
    newest, older = views[0], views[1:]
    wanted = fields.number("from_version") or (older[0].version if older else 0)
    old = next((view for view in older if view.version == wanted), None)
    language = caller.language
    return admin_page(
        request,
        caller,
        "admin/workflow_migration.html",
        status=error.status if error else 200,
        id=name,
        title=reading.title_of(name, newest.definition, language),
        newest=newest.version,
        older=[view.version for view in older],
        wanted=wanted,
        old_steps=_titles(old, language) if old else {},
        new_steps=_titles(newest, language),
        chosen=fields,
        done=done,
        tried=tried,
        summary=detail_of(error, language) if error else "",
        key=new_key(),
    )


def _titles(view: WorkflowView, language: str) -> dict[str, str]:
    steps = reading.steps_of(view.definition)
    return {name: reading.step_title(name, step, language) for name, step in steps.items()}


async def _versions(name: str, caller: Caller) -> list[WorkflowView]:
    asked = NameWorkflow(id=name)
    views = await caller.query("routing", "workflow_versions", asked, list[WorkflowView])
    if not views:
        raise NotFound("workflow_not_found")
    return views

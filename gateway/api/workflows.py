"""Workflows beside their publishing: checked as drafts, their versions, migration, examples."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request, Response

from contracts.calls.base import Nothing
from contracts.calls.routing import (
    CheckWorkflow,
    MigrateWorkflow,
    Migration,
    NameWorkflow,
    WorkflowView,
)
from gateway.answers import answered, gives
from gateway.api import examples
from gateway.api.admin import Admin, AdminCommand, read_as, takes
from gateway.documents import SlugPath
from gateway.json_bodies import StrictRoute

router = APIRouter(prefix="/api/v1/admin", tags=["admin"], route_class=StrictRoute)

_MIGRATED: Final[dict[str, Any]] = {
    "to_version": 3,
    "moved": ["481920374652"],
    "left": [{"code": "170907095849", "step": "approval", "reason": "waits_for_others"}],
    "next": None,
}


@router.get(
    "/workflow-examples",
    operation_id="list_workflow_examples",
    summary="Workflows to begin with",
    responses=gives(list[WorkflowView]),
)
async def list_workflow_examples(caller: Admin) -> Response:
    """Give definitions to begin with; their units are to be replaced by one's own."""
    found = await caller.query("routing", "workflow_examples", Nothing(), list[WorkflowView])
    return answered(found)


@router.get(
    "/workflows/{id}/versions",
    operation_id="list_workflow_versions",
    summary="A workflow's versions",
    responses=gives(list[WorkflowView], example=[examples.WORKFLOW.answer]),
)
async def list_workflow_versions(id: SlugPath, caller: Admin) -> Response:  # noqa: A002 - the name in the address
    """Give every version, the newest first; open tickets go by the one they were opened with."""
    asked = NameWorkflow(id=id)
    found = await caller.query("routing", "workflow_versions", asked, list[WorkflowView])
    return answered(found)


@router.post(
    "/workflows/{id}/check",
    operation_id="check_workflow",
    summary="Check a draft of a workflow",
    responses=gives(
        WorkflowView,
        description="Sound: so it would be published.",
        example=examples.WORKFLOW.answer,
    ),
    openapi_extra=takes(CheckWorkflow, examples.WORKFLOW),
)
async def check_workflow(id: SlugPath, request: Request, caller: Admin) -> Response:  # noqa: A002 - the name in the address
    """Find every fault of a draft without publishing it; `errors` names each with its place."""
    asked = read_as(CheckWorkflow, await request.json(), id=id)
    return answered(await caller.query("routing", "check_workflow", asked, WorkflowView))


@router.post(
    "/workflows/{id}/migration",
    operation_id="migrate_workflow",
    summary="Bring tickets to the newest version",
    responses=gives(
        Migration, description="What became of the tickets looked at.", example=_MIGRATED
    ),
    openapi_extra=takes(MigrateWorkflow),
)
async def migrate_workflow(id: SlugPath, request: Request, caller: AdminCommand) -> Response:  # noqa: A002 - the name in the address
    """Migrate open tickets of an older version, some at a time; go on with `next` as `after`.

    A ticket moves where its step, or the one that `steps` gives for it, has the same state in the
    newest version and waits for nobody's task or approval; the others stay, each with the reason.
    """
    asked = read_as(MigrateWorkflow, await request.json(), id=id)
    done = await caller.command("routing", "migrate_workflow", asked, Migration)
    return answered(done, headers=caller.replay_headers())

"""How much the holders of a role are told at a time: quiet hours and digests."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from contracts.calls.base import Nothing
from contracts.calls.notify import DefineNotices, NoticesView
from gateway.answers import answered, gives
from gateway.api.admin import Admin, AdminCommand, read_as, takes
from gateway.json_bodies import StrictRoute

router = APIRouter(prefix="/api/v1/admin/notices", tags=["admin"], route_class=StrictRoute)


@router.get(
    "",
    operation_id="show_notices",
    summary="Quiet hours and digests",
    responses=gives(NoticesView),
)
async def show_notices(caller: Admin) -> Response:
    """Give the policy that holds; version 0 is that everybody is told at once and singly."""
    return answered(await caller.query("notify", "notices", Nothing(), NoticesView))


@router.put(
    "",
    operation_id="define_notices",
    summary="Define quiet hours and digests",
    responses=gives(NoticesView, description="Published: it holds for what is owed from now on."),
    openapi_extra=takes(DefineNotices),
)
async def define_notices(request: Request, caller: AdminCommand) -> Response:
    """Publish a new version: by role quiet hours (SMS and push wait) and digests."""
    body = read_as(DefineNotices, await request.json())
    view = await caller.command("notify", "define_notices", body, NoticesView)
    return answered(view, headers=caller.replay_headers())

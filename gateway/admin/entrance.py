"""Where administration begins."""

from __future__ import annotations

from fastapi import APIRouter, Response
from starlette.responses import RedirectResponse

from gateway.admin.sections import SECTIONS, Admin
from gateway.pages.staff import StaffRoute

router = APIRouter(prefix="/admin", include_in_schema=False, route_class=StaffRoute)


@router.get("")
async def enter(_caller: Admin) -> Response:
    """Lead to the first page."""
    return RedirectResponse(SECTIONS[0].path, 303)

"""What one staff member has to look at."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response

from gateway.api.inbox import collected
from gateway.caller import Caller
from gateway.pages.staff import StaffRoute, allow_page, staff_page

router = APIRouter(prefix="/desk", include_in_schema=False, route_class=StaffRoute)

Reader = Annotated[Caller, allow_page("ticket.read")]


@router.get("")
async def show(request: Request, caller: Reader) -> Response:
    """Show the inbox."""
    return staff_page(request, caller, "desk/inbox.html", inbox=await collected(caller))

"""The first page: two choices, nothing else."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from gateway.access import Anyone
from gateway.api.installation import is_founded
from gateway.pages.rendering import page

router = APIRouter(include_in_schema=False)


@router.get("/")
async def welcome(request: Request, caller: Anyone) -> Response:
    """Offer to register a request or to follow one; lead to the set-up where there is none yet."""
    if not await is_founded(caller):
        return RedirectResponse("/setup", 303)
    return page(request, "welcome.html")

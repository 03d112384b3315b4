"""The first page: two choices, nothing else."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from gateway.access import Anyone
from gateway.pages.rendering import page

router = APIRouter(include_in_schema=False)


@router.get("/")
async def welcome(request: Request, _caller: Anyone) -> Response:
    """Offer to register a request or to follow one."""
    return page(request, "welcome.html")

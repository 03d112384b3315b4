"""Trials of drafts as pages: how far one is, what it gave, and its end."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Path, Request, Response
from starlette.responses import RedirectResponse

from contracts.calls.base import Nothing
from contracts.calls.trials import TrialView
from gateway.admin.sections import Admin, admin_page
from gateway.api import trials
from gateway.clockwork.known import helpers
from gateway.pages.forms import key_of, read_form
from gateway.pages.staff import StaffRoute, is_part

router = APIRouter(prefix="/admin/trials", include_in_schema=False, route_class=StaffRoute)

Trial = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]

#: Where the links to these pages are.
_SECTION: Final = "agreements"


@router.get("")
async def list_all(request: Request, caller: Admin) -> Response:
    """List the last trials."""
    found = await caller.query("sla", "trials", Nothing(), list[TrialView])
    names = await caller.names()
    return admin_page(
        request, caller, "clockwork/trials.html", within=_SECTION, trials=found, directory=names
    )


@router.get("/{trial}")
async def show(request: Request, caller: Admin, trial: Trial) -> Response:
    """Show a trial; a script asks for its part again until it has ended."""
    return admin_page(
        request,
        caller,
        "clockwork/trial_part.html" if is_part(request) else "clockwork/trial.html",
        within=_SECTION,
        trial=await trials.read(caller, trial),
        directory=await caller.names(),
        **helpers(caller.language),
    )


@router.post("/{trial}/cancel")
async def cancel(request: Request, caller: Admin, trial: Trial) -> Response:
    """End a trial without an answer."""
    caller.key = key_of(await read_form(request))
    view = await trials.cancelled(caller, trial)
    if not is_part(request):
        return RedirectResponse(f"/admin/trials/{trial}", 303)
    names = await caller.names()
    return admin_page(
        request,
        caller,
        "clockwork/trial_part.html",
        within=_SECTION,
        trial=view,
        directory=names,
        **helpers(caller.language),
    )

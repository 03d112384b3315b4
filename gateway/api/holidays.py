"""Bringing the official list of holidays to what is known now."""

from __future__ import annotations

from fastapi import APIRouter, Response

from contracts.calls.sla import HolidaysView, SeedHolidays
from gateway.answers import answered, gives
from gateway.api import examples
from gateway.api.admin import AdminCommand
from gateway.documents import Seed, SlugPath
from gateway.json_bodies import StrictRoute

router = APIRouter(prefix="/api/v1/admin/holidays", tags=["admin"], route_class=StrictRoute)


@router.post(
    "/{id}/seed",
    operation_id="seed_holidays",
    summary="Bring the official holidays up to date",
    responses=gives(
        HolidaysView,
        description="The list as it stands now.",
        example={**examples.HOLIDAYS.answer, "id": "ir-official", "version": 4},
    ),
)
async def seed(
    id: SlugPath,  # noqa: A002 - the name in the address
    body: Seed,
    caller: AdminCommand,
) -> Response:
    """Take over what the installed release knows of official holidays, for `ir-official` alone.

    Days that were added, renamed or opened by hand stay so unless `overwrite` is true; without this
    command a new release changes nothing. Another list is refused with `definition_not_found`.
    """
    request = SeedHolidays(id=id, overwrite=body.overwrite)
    view = await caller.command("sla", "seed_holidays", request, HolidaysView)
    return answered(view, headers=caller.replay_headers())

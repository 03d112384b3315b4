"""How expected dates have held, by subject."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response

from contracts.calls.base import Nothing
from contracts.calls.sla import Calibration
from gateway.access import allow
from gateway.answers import answered, gives
from gateway.caller import Caller
from gateway.json_bodies import StrictRoute

router = APIRouter(prefix="/api/v1/expectations", tags=["reports"], route_class=StrictRoute)


@router.get(
    "",
    operation_id="list_expectations",
    summary="How expected dates have held",
    responses=gives(list[Calibration]),
)
async def list_expectations(caller: Annotated[Caller, allow("report.read")]) -> Response:
    """Give by subject what share of its newest tickets ended by what was foretold at first."""
    return answered(await caller.query("sla", "expectations", Nothing(), list[Calibration]))

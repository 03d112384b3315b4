"""Units' work against what they can do, and what more work would do to them."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from contracts.calls.notify import DeliveryView, GetUnitDeliveries
from contracts.calls.routing import CapacityPage, CapacityTrial, GetCapacity, TryCapacity
from gateway.access import allow
from gateway.answers import answered, gives
from gateway.api.admin import read_as, takes
from gateway.caller import Caller
from gateway.documents import SlugPath
from gateway.json_bodies import StrictRoute

router = APIRouter(prefix="/api/v1", tags=["people"], route_class=StrictRoute)

Giving = Annotated[Caller, allow("ticket.assign")]

_PROMISE: Final = {
    "code": "481920374652",
    "due_at": "2026-12-01T12:30:00Z",
    "ends_at": "2026-12-02T08:10:00Z",
}
_WEEK: Final = {
    "week": "2026-11-21",
    "capacity": 61.5,
    "loaded": 61.5,
    "promised": 40.0,
    "planned": 3.0,
}
_PAGE: Final = {
    "items": [
        {
            "unit": "it",
            "measured": {
                "tickets": 231,
                "points": 264,
                "days": 24,
                "per_day": 11.0,
                "usual": 1.0,
                "touch_seconds": 2710.4,
            },
            "tickets": 96,
            "weight": 112,
            "left": 98.6,
            "planned": 5,
            "planned_points": 9.0,
            "done_at": "2026-12-03T10:12:00Z",
            "room": 0,
            "promises": [_PROMISE],
            "late": 1,
            "told": "over",
            "days": [
                {
                    "day": "2026-11-22",
                    "capacity": 10.2,
                    "rated": 14.1,
                    "people": 4.5,
                    "loaded": 10.2,
                    "promised": 6.0,
                    "planned": 0.0,
                }
            ],
            "weeks": [_WEEK],
        }
    ]
}
_TRIAL: Final = {
    "unit": "it",
    "fits": False,
    "newcomers": {
        "count": 6,
        "points": 2.0,
        "due_at": "2026-12-05T12:30:00Z",
        "first_at": "2026-12-03T09:00:00Z",
        "last_at": "2026-12-06T06:40:00Z",
        "in_time": 4,
    },
    "done_before": "2026-12-03T10:12:00Z",
    "done_after": "2026-12-06T06:40:00Z",
    "moved": [
        {
            "code": "481920374652",
            "due_at": "2026-12-05T12:30:00Z",
            "before": "2026-12-03T08:10:00Z",
            "after": "2026-12-06T05:00:00Z",
            "breaks": True,
            "by_seconds": 247800.0,
        }
    ],
    "moved_count": 14,
    "broken_count": 1,
    "weeks": [_WEEK],
}
_TOLD: Final = {
    "id": "routing.5d0c1f6a92be.unit:it.12.overcommitted.supervisor",
    "code": "unit:it",
    "template": "overcommitted",
    "channel": "email",
    "recipient": "person:supervisor",
    "state": "delivered",
    "attempts": 1,
    "queued_at": "2026-11-22T06:31:00Z",
    "updated_at": "2026-11-22T06:31:02Z",
    "reason": None,
    "to": "person:supervisor",
}


@router.get(
    "/capacity",
    operation_id="read_capacity",
    summary="How full units are",
    responses=gives(CapacityPage, example=_PAGE),
)
async def read_capacity(
    caller: Giving,
    unit: Annotated[
        str | None,
        Query(
            pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$", description="With those below; or one's own."
        ),
    ] = None,
) -> Response:
    """Tell of units that one gives work to how much there is to do, and when it will be done.

    `measured` is what a unit really finished on a working day of the last four weeks. `days` and
    `weeks` bring that to who will be there by shift and leave, in points of weight. `promises` are
    those that cannot be kept in whatever order people work, and `room` says how many more tickets
    of the usual size could be taken. Docs: `docs/adr/0021-capacity.md`.
    """
    page = await caller.query("routing", "capacity", GetCapacity(unit=unit), CapacityPage)
    return answered(page)


@router.post(
    "/capacity/trial",
    operation_id="try_capacity",
    summary="What more work would do",
    responses=gives(CapacityTrial, example=_TRIAL),
    openapi_extra=takes(TryCapacity),
)
async def try_capacity(request: Request, caller: Giving) -> Response:
    """Tell what taking so many more of a subject from an instant on would do; nothing is kept.

    `fits` says whether no promise would be broken by it. `moved` are the tickets whose work would
    be done later, first those whose promise that breaks.
    """
    body = read_as(TryCapacity, await request.json())
    return answered(await caller.query("routing", "try_capacity", body, CapacityTrial))


@router.get(
    "/units/{id}/deliveries",
    operation_id="list_unit_deliveries",
    summary="What was told about a unit",
    responses=gives(list[DeliveryView], example=[_TOLD]),
)
async def list_unit_deliveries(id: SlugPath, caller: Giving) -> Response:  # noqa: A002 - the name in the address
    """Give the messages that were owed to a unit's supervisors about its load, oldest first.

    For those of the unit who give work out, and for who gives it to every unit.
    """
    asked = GetUnitDeliveries(unit=id)
    return answered(await caller.query("notify", "unit_deliveries", asked, list[DeliveryView]))

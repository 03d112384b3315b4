"""Planned work: tickets that register themselves, once at an instant or again and again."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Request, Response

from contracts.calls.base import Nothing
from contracts.calls.plans import DefinePlan, NamePlan, PlanView, SkipPlan
from gateway.access import allow, allow_command
from gateway.answers import answered, gives
from gateway.api.admin import read_as, takes
from gateway.caller import Caller
from gateway.documents import SlugPath
from gateway.json_bodies import StrictRoute

router = APIRouter(prefix="/api/v1/plans", tags=["tickets"], route_class=StrictRoute)

Registrar = Annotated[Caller, allow("ticket.register_for")]
RegistrarCommand = Annotated[Caller, allow_command("ticket.register_for")]

_PLAN: Final = {
    "id": "ups-visit",
    "state": "active",
    "schedule": {"repeat": "monthly", "time": "09:00", "day": 5, "calendar": "jalali"},
    "subject": "it.hardware",
    "title": "بازدید ماهانهٔ یوپی‌اس",
    "description": "باتری‌ها و دما بررسی شود.",
    "requester": {"name": "دفتر فنی", "mobile": None, "email": "office@example.ir"},
    "channel": "api",
    "language": "fa",
    "answers": {},
    "starts": "2026-11-22T08:15:00Z",
    "ends": None,
    "ahead": ["2026-12-26T05:30:00Z", "2027-01-25T05:30:00Z"],
    "made": [{"at": "2026-11-26T05:30:00Z", "code": "481920374652", "refused": None}],
    "count": 1,
}


@router.get(
    "",
    operation_id="list_plans",
    summary="Planned work",
    responses=gives(list[PlanView]),
)
async def list_plans(caller: Registrar) -> Response:
    """Give every plan, by id, with the next instants at which it makes a ticket."""
    return answered(await caller.query("intake", "all_plans", Nothing(), list[PlanView]))


@router.get(
    "/{id}",
    operation_id="read_plan",
    summary="A plan",
    responses=gives(PlanView, example=_PLAN),
)
async def read_plan(id: SlugPath, caller: Registrar) -> Response:  # noqa: A002 - the name in the address
    """Give a plan with the next ten instants, and the last ten tickets that it made."""
    return answered(await caller.query("intake", "plan", NamePlan(id=id), PlanView))


@router.put(
    "/{id}",
    operation_id="define_plan",
    summary="Make or change a plan",
    responses=gives(PlanView, description="It goes on from here.", example=_PLAN),
    openapi_extra=takes(DefinePlan, without=("id",)),
)
async def define_plan(id: SlugPath, request: Request, caller: RegistrarCommand) -> Response:  # noqa: A002 - the name in the address
    """Have tickets made `once` at an instant, `weekly`, `monthly` or every so many `working_days`.

    Weekly takes `weekdays`; monthly a `day` of the `jalali` or `gregorian` calendar, in a shorter
    month its last; working days `every` so many, of a `unit`'s calendar. Times are those of the
    organisation's zone. Each ticket is made exactly once, also when the installation was away at
    the instant; it counts in the committed load of its unit from the day on that it is planned for.
    """
    body = read_as(DefinePlan, await request.json(), id=id)
    view = await caller.command("intake", "define_plan", body, PlanView)
    return answered(view, headers=caller.replay_headers())


@router.post(
    "/{id}/pause",
    operation_id="pause_plan",
    summary="Pause a plan",
    responses=gives(PlanView, description="It makes nothing until it is resumed.", example=_PLAN),
)
async def pause_plan(id: SlugPath, caller: RegistrarCommand) -> Response:  # noqa: A002 - the name in the address
    """Pause a plan; nothing where it is not active."""
    view = await caller.command("intake", "pause_plan", NamePlan(id=id), PlanView)
    return answered(view, headers=caller.replay_headers())


@router.post(
    "/{id}/resume",
    operation_id="resume_plan",
    summary="Resume a plan",
    responses=gives(PlanView, description="It goes on.", example=_PLAN),
)
async def resume_plan(id: SlugPath, caller: RegistrarCommand) -> Response:  # noqa: A002 - the name in the address
    """Go on with the next instant after now; what fell into the pause is not made up for."""
    view = await caller.command("intake", "resume_plan", NamePlan(id=id), PlanView)
    return answered(view, headers=caller.replay_headers())


@router.post(
    "/{id}/end",
    operation_id="end_plan",
    summary="End a plan",
    responses=gives(PlanView, description="It makes nothing any more.", example=_PLAN),
)
async def end_plan(id: SlugPath, caller: RegistrarCommand) -> Response:  # noqa: A002 - the name in the address
    """End a plan; defined anew, it goes on."""
    view = await caller.command("intake", "end_plan", NamePlan(id=id), PlanView)
    return answered(view, headers=caller.replay_headers())


@router.post(
    "/{id}/skip",
    operation_id="skip_plan",
    summary="Leave one out",
    responses=gives(PlanView, description="Left out.", example=_PLAN),
    openapi_extra=takes(SkipPlan, without=("id",)),
)
async def skip_plan(id: SlugPath, request: Request, caller: RegistrarCommand) -> Response:  # noqa: A002 - the name in the address
    """Leave the next one out, named by its instant: 409 where another one is the next by now."""
    body = read_as(SkipPlan, await request.json(), id=id)
    view = await caller.command("intake", "skip_plan", body, PlanView)
    return answered(view, headers=caller.replay_headers())

"""A ticket's clocks: why they are due when they are, and breaches that are explained or excused."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import ConfigDict

from chassis.clock import as_utc
from contracts.calls.base import Nothing
from contracts.calls.routing import GetTicket, TicketView
from contracts.calls.sla import (
    ClockView,
    DecideException,
    Explain,
    Explanation,
    GetClocks,
    GiveReason,
    Replanning,
    RequestException,
    UnitClocks,
    UnitClocksPage,
)
from gateway import explaining
from gateway.access import allow, allow_command
from gateway.answers import ToldExplanation, answered, gives
from gateway.caller import Caller
from gateway.documents import CodePath, Document, Slug, SlugPath
from gateway.json_bodies import StrictRoute

router = APIRouter(prefix="/api/v1/tickets", tags=["tickets"], route_class=StrictRoute)

Reader = Annotated[Caller, allow("ticket.read")]
Worker = Annotated[Caller, allow_command("ticket.work")]
Approver = Annotated[Caller, allow_command("ticket.approve")]


class BreachReason(Document):
    """Why, by a word of the agreement's list."""

    reason: Slug

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "staff-short"}]})


class Verdict(Document):
    """Whether it is agreed."""

    approved: bool

    model_config = ConfigDict(json_schema_extra={"examples": [{"approved": True}]})


@router.get(
    "/{code}/clocks",
    operation_id="list_clocks",
    summary="Read a ticket's clocks, now or at a past second",
    responses=gives(list[ClockView]),
)
async def list_clocks(
    code: CodePath,
    caller: Reader,
    at: Annotated[datetime | None, Query(description="As they stood then.")] = None,
) -> Response:
    """Give the clocks as they stand, or stood."""
    await _readable(caller, code)
    request = GetClocks(codes=[code], at=as_utc(at) if at else None)
    found = await caller.query("sla", "clocks", request, dict[str, list[ClockView]])
    return answered(found.get(code, []))


@router.get(
    "/{code}/clocks/{clock}/explanation",
    operation_id="explain_clock",
    summary="Read why a clock is due when it is",
    responses=gives(ToldExplanation),
)
async def explain_clock(code: CodePath, clock: SlugPath, caller: Reader) -> Response:
    """Give the lines that lead to the due time, and whose time has passed."""
    return answered(await explained(caller, code, clock))


async def explained(caller: Caller, code: str, clock: str) -> ToldExplanation:
    """Have sla explain a clock, in words, to who may see the ticket."""
    await _readable(caller, code)
    found = await caller.query("sla", "explain", Explain(code=code, clock=clock), Explanation)
    return ToldExplanation(
        code=found.code,
        clock=found.clock,
        state=found.state,
        target_seconds=found.target_seconds,
        left_seconds=found.left_seconds,
        due_at=found.due_at,
        lines=explaining.told(found, caller.language, caller.gateway.settings.zone),
        charges=found.charges,
    )


@router.post(
    "/{code}/clocks/{clock}/reason",
    operation_id="give_breach_reason",
    summary="Say why a target was missed",
    responses=gives(ClockView, description="Recorded; the clock as it stands."),
)
async def give_breach_reason(
    code: CodePath, clock: SlugPath, body: BreachReason, caller: Worker
) -> Response:
    """Record the reason of a breach, one of the agreement's `breach_reasons`."""
    request = GiveReason(code=code, clock=clock, reason=body.reason)
    return await _judge(caller, "give_reason", request)


@router.post(
    "/{code}/clocks/{clock}/exception",
    operation_id="request_breach_exception",
    summary="Ask that a breach be not counted",
    responses=gives(ClockView, description="Asked for; the clock as it stands."),
)
async def request_breach_exception(
    code: CodePath, clock: SlugPath, body: BreachReason, caller: Worker
) -> Response:
    """Ask for an exception, one of the agreement's `exceptions`; somebody else decides."""
    request = RequestException(code=code, clock=clock, reason=body.reason)
    return await _judge(caller, "request_exception", request)


@router.post(
    "/{code}/clocks/{clock}/exception/decision",
    operation_id="decide_breach_exception",
    summary="Decide about an exception",
    responses=gives(ClockView, description="Decided; the clock as it stands."),
)
async def decide_breach_exception(
    code: CodePath, clock: SlugPath, body: Verdict, caller: Approver
) -> Response:
    """Agree that a breach is not counted, or not."""
    request = DecideException(code=code, clock=clock, approved=body.approved)
    return await _judge(caller, "decide_exception", request)


async def _judge(
    caller: Caller, method: str, request: GiveReason | RequestException | DecideException
) -> Response:
    """Have sla record what somebody who may see the ticket says of a breach."""
    await _readable(caller, request.code)
    view = await caller.command("sla", method, request, ClockView)
    return answered(view, headers=caller.replay_headers())


async def _readable(caller: Caller, code: str) -> None:
    """Raise NotFound or Forbidden where the caller may not see the ticket: routing knows."""
    await caller.query("routing", "ticket", GetTicket(code=code), TicketView)


unit_router = APIRouter(prefix="/api/v1/units", tags=["reports"], route_class=StrictRoute)


@unit_router.get(
    "/{unit}/clocks",
    operation_id="list_unit_clocks",
    summary="Read a unit's open clocks, now or at a past second",
    responses=gives(UnitClocksPage),
)
async def list_unit_clocks(
    unit: SlugPath,
    caller: Annotated[Caller, allow("report.read")],
    at: Annotated[datetime | None, Query(description="As they stood then.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: Annotated[
        str | None, Query(pattern=r"^[0-9]{12}$", description="The last `next`.")
    ] = None,
) -> Response:
    """Give the open clocks of the tickets that the unit has, or had, by code."""
    request = UnitClocks(unit=unit, at=as_utc(at) if at else None, limit=limit, after=after)
    return answered(await caller.query("sla", "unit_clocks", request, UnitClocksPage))


admin_router = APIRouter(prefix="/api/v1/admin", tags=["admin"], route_class=StrictRoute)


@admin_router.get(
    "/replanning",
    operation_id="show_replanning",
    summary="See how far open clocks follow changed calendars",
    responses=gives(Replanning),
)
async def show_replanning(caller: Annotated[Caller, allow("admin.change")]) -> Response:
    """Give how many tickets still go by a superseded version of a calendar."""
    return answered(await caller.query("sla", "replanning", Nothing(), Replanning))

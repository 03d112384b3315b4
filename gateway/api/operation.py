"""What operators look at and repair: stuck events, journals, the building of figures."""

from __future__ import annotations

import asyncio
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Path, Query, Response

from chassis.bus.topology import CONSUMES
from chassis.errors import Unavailable
from contracts.calls.base import Answer, Nothing
from contracts.calls.journal import ListStuck, StuckId, StuckRow, Verified, VerifyLog
from contracts.calls.notify import DeliveryView, RetryDelivery
from contracts.calls.reporting import RebuildProgress
from gateway.access import allow, allow_command
from gateway.answers import answered, gives
from gateway.caller import Caller
from gateway.documents import CodePath
from gateway.json_bodies import StrictRoute

router = APIRouter(prefix="/api/v1/admin", tags=["operation"], route_class=StrictRoute)

Operator = Annotated[Caller, allow("system.operate")]
OperatorCommand = Annotated[Caller, allow_command("system.operate")]
_ROW: Final = {
    "id": "routing|481920374652",
    "source": "routing",
    "stream": "481920374652",
    "reason": "event_malformed",
    "attempts": 8,
    "stuck": True,
    "since": "2026-11-22T06:31:05Z",
    "next_at": "2026-11-22T07:31:05Z",
}
#: That provider took none of several attempts to send it.
_FAILED: Final = {
    "id": "routing.5d0c1f6a92be.481920374652.3.requester",
    "code": "481920374652",
    "template": "ticket_answered",
    "channel": "sms",
    "recipient": "requester:1bc21cc81ecdf97b",
    "state": "queued",
    "attempts": 5,
    "queued_at": "2026-11-22T06:40:00Z",
    "updated_at": "2026-11-22T09:12:30Z",
    "reason": None,
    "next_attempt_at": "2026-11-22T09:12:30Z",
}

Hearer = Literal["routing", "sla", "notify", "reporting"]
HearerPath = Annotated[Hearer, Path(description="The service that could not apply the event.")]
RowPath = Annotated[str, Path(max_length=300, description="Id of the row.")]


class StuckAnswer(Answer, frozen=True):
    """What is stuck, by service; services that do not answer now are named."""

    stuck: dict[str, list[StuckRow]]
    unavailable: list[str]


@router.get(
    "/stuck",
    operation_id="list_stuck",
    summary="Stuck events",
    responses=gives(StuckAnswer, example={"stuck": {"sla": [_ROW]}, "unavailable": []}),
)
async def list_stuck(
    caller: Operator,
    service: Annotated[Hearer | None, Query(description="Only this service.")] = None,
    lagging: Annotated[bool, Query(description="Also what is still being tried.")] = False,  # noqa: FBT002 - a query parameter
) -> Response:
    """Give the events that services could not apply, oldest first."""
    return answered(await stuck(caller, service, lagging=lagging))


async def stuck(caller: Caller, service: Hearer | None = None, *, lagging: bool) -> StuckAnswer:
    """Give what is stuck, of one service or of all; raises Unavailable where none answers."""
    asked = (service,) if service else tuple(CONSUMES)
    request = ListStuck(lagging=lagging)
    parts = await asyncio.gather(
        *(caller.optional(name, "stuck_list", request, list[StuckRow]) for name in asked)
    )
    rows = dict(zip(asked, parts, strict=True))
    found = {name: part for name, part in rows.items() if part is not None}
    if not found:
        raise Unavailable("service_unavailable")
    return StuckAnswer(stuck=found, unavailable=[name for name in rows if name not in found])


@router.post(
    "/stuck/{service}/{row}/retry",
    operation_id="retry_stuck",
    summary="Try a stuck event again",
    responses=gives(dict[str, bool], description="It is being tried.", example={"retried": True}),
)
async def retry_stuck(service: HearerPath, row: RowPath, caller: OperatorCommand) -> Response:
    """Have the event tried again now."""
    return answered(await retried(caller, service, row))


@router.post(
    "/stuck/{service}/{row}/skip",
    operation_id="skip_stuck",
    summary="Pass over a stuck event",
    responses=gives(
        dict[str, int],
        description="Passed over: the sequence of the event.",
        example={"skipped": 5},
    ),
)
async def skip_stuck(service: HearerPath, row: RowPath, caller: OperatorCommand) -> Response:
    """Pass over the one event that cannot be applied; it is recorded who did."""
    return answered(await skipped(caller, service, row))


async def retried(caller: Caller, service: str, row: str) -> dict[str, bool]:
    """Have an event tried again now."""
    return await caller.command(service, "stuck_retry", StuckId(id=row), dict[str, bool])


async def skipped(caller: Caller, service: str, row: str) -> dict[str, int]:
    """Pass over an event."""
    return await caller.command(service, "stuck_skip", StuckId(id=row), dict[str, int])


@router.get(
    "/journals/{service}/verify",
    operation_id="verify_journal",
    summary="Check a journal",
    responses=gives(Verified),
)
async def verify_journal(
    service: Annotated[
        Literal["intake", "routing", "sla", "notify"], Path(description="Whose journal.")
    ],
    caller: Operator,
    after: Annotated[int, Query(ge=0, le=2**63 - 1, description="The last `next`.")] = 0,
) -> Response:
    """Check a part of a journal against its hashes; go on with `next` until `end`."""
    request = VerifyLog(after=after)
    return answered(await caller.query(service, "journal_verify", request, Verified))


@router.post(
    "/reporting/rebuild",
    operation_id="rebuild_reporting",
    summary="Build all figures again",
    responses=gives(RebuildProgress, description="Begun, or already under way."),
)
async def rebuild_reporting(caller: OperatorCommand) -> Response:
    """Have reporting read the event logs from the start and build every figure again."""
    return answered(await caller.command("reporting", "rebuild", Nothing(), RebuildProgress))


@router.get(
    "/reporting/rebuild",
    operation_id="rebuild_progress",
    summary="How far the figures have come",
    responses=gives(RebuildProgress | None),
)
async def rebuild_progress(caller: Operator) -> Response:
    """Tell of the last building of all figures; null when there was none."""
    return answered(await rebuilding(caller))


async def rebuilding(caller: Caller) -> RebuildProgress | None:
    """Give how far the last building of all figures has come."""
    return await caller.query("reporting", "rebuild_progress", Nothing(), RebuildProgress | None)


@router.post(
    "/deliveries/{code}/{delivery}/retry",
    operation_id="retry_delivery",
    summary="Send a failed message again",
    responses=gives(DeliveryView, description="It will be sent.", example=_FAILED),
)
async def retry_delivery(
    code: CodePath,
    delivery: Annotated[str, Path(max_length=200, description="Id of the delivery.")],
    caller: OperatorCommand,
) -> Response:
    """Have notify send a message again that had failed for good."""
    request = RetryDelivery(code=code, delivery=delivery)
    view = await caller.command("notify", "retry_delivery", request, DeliveryView)
    return answered(view, headers=caller.replay_headers())

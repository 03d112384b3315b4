"""Who changed what of that which administrators define, put together from the services."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Query, Response

from chassis.clock import as_utc
from chassis.errors import Unavailable
from contracts.calls.audit import AuditEntry, GetAudit
from contracts.calls.base import Answer
from gateway.answers import answered, gives
from gateway.api.admin import Admin
from gateway.caller import Caller
from gateway.json_bodies import StrictRoute

router = APIRouter(prefix="/api/v1/admin/audit", tags=["admin"], route_class=StrictRoute)

_SERVICES: Final = ("routing", "sla", "notify")


class AuditAnswer(Answer, frozen=True):
    """Changes, newest first."""

    items: list[AuditEntry]
    #: The `before` of the next page; absent at the end.
    next: datetime | None
    unavailable: list[str] = []


@router.get(
    "",
    operation_id="list_changes",
    summary="Who changed what",
    responses=gives(AuditAnswer),
)
async def list_changes(
    caller: Admin,
    by: Annotated[
        str | None, Query(max_length=100, description="Only of this subject: `person:admin`.")
    ] = None,
    before: Annotated[datetime | None, Query(description="Only earlier ones.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """Give the changes of people, units, partners, rules, agreements, calendars, webhooks, ..."""
    request = GetAudit(by=by or None, before=as_utc(before) if before else None, limit=limit)
    return answered(await changed(caller, request))


async def changed(caller: Caller, request: GetAudit) -> AuditAnswer:
    """Give changes of all services; raises Unavailable where none answers."""
    parts = await asyncio.gather(
        *(caller.optional(name, "audit", request, list[AuditEntry]) for name in _SERVICES)
    )
    away = [name for name, part in zip(_SERVICES, parts, strict=True) if part is None]
    if len(away) == len(_SERVICES):
        raise Unavailable("service_unavailable")
    found = sorted(
        (entry for part in parts for entry in part or ()), key=lambda each: each.at, reverse=True
    )
    last = found[request.limit - 1].at if len(found) >= request.limit else None
    # What happened at the very instant of the last one belongs to the same page.
    items = [each for each in found if last is None or each.at >= last]
    return AuditAnswer(items=items, next=last, unavailable=away)

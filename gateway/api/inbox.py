"""What one staff member has to look at."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Response

from contracts.calls.base import Nothing
from contracts.calls.routing import Inbox
from contracts.calls.sla import ClockView, GetClocks, GetTimes, NextDue
from gateway.access import allow
from gateway.answers import InboxAnswer, answered, gives
from gateway.caller import Caller
from gateway.composition import with_titles
from gateway.json_bodies import StrictRoute

router = APIRouter(prefix="/api/v1/inbox", tags=["tickets"], route_class=StrictRoute)


@router.get(
    "",
    operation_id="get_inbox",
    summary="Read one's inbox",
    responses=gives(InboxAnswer),
)
async def get_inbox(caller: Annotated[Caller, allow("ticket.read")]) -> Response:
    """Give own work, own tickets that are out with others, the team's queue, where one is asked."""
    return answered(await collected(caller))


async def collected(caller: Caller) -> InboxAnswer:
    """Give the caller's inbox with what others know of its tickets."""
    inbox = await caller.query("routing", "inbox", Nothing(), Inbox)
    views = [*inbox.out, *inbox.asked, *inbox.questions, *inbox.work, *inbox.queue]
    # A ticket may stand in two parts, and a question may name a hundred codes and more.
    shown = list({view.code: view for view in views}.values())[:200]
    (lines, unavailable), clocks, due = await asyncio.gather(
        with_titles(caller, shown),
        _clocks(caller, [view.code for view in inbox.out]),
        due_of(caller, [view.code for view in shown]),
    )
    by_code = {line.code: line for line in lines}
    return InboxAnswer(
        work=[by_code[view.code] for view in inbox.work if view.code in by_code],
        out=[by_code[view.code] for view in inbox.out if view.code in by_code],
        queue=[by_code[view.code] for view in inbox.queue if view.code in by_code],
        asked=[by_code[view.code] for view in inbox.asked if view.code in by_code],
        questions=[by_code[view.code] for view in inbox.questions if view.code in by_code],
        clocks=clocks or {},
        due=due or {},
        unavailable=unavailable if None not in (clocks, due) else [*unavailable, "sla"],
    )


async def due_of(caller: Caller, codes: list[str]) -> dict[str, NextDue] | None:
    """Give which clock of each ticket comes due next; None while sla does not answer."""
    if not codes:
        return {}
    return await caller.optional("sla", "next_due", GetTimes(codes=codes), dict[str, NextDue])


async def _clocks(caller: Caller, codes: list[str]) -> dict[str, list[ClockView]] | None:
    """Give the clocks of what is out; None while sla does not answer."""
    if not codes:
        return {}
    request = GetClocks(codes=codes)
    return await caller.optional("sla", "clocks", request, dict[str, list[ClockView]])

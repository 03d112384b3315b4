"""The sessions that somebody has open, and ending one of them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Annotated, cast

from fastapi import APIRouter, Path, Response

from chassis.errors import NotFound
from contracts.calls.base import Answer
from gateway.access import SignedIn, SignedInCommanding
from gateway.answers import answered, gives
from gateway.caller import Caller
from gateway.json_bodies import StrictRoute
from gateway.security import Session

router = APIRouter(prefix="/api/v1/me/sessions", tags=["sessions"], route_class=StrictRoute)

SessionPath = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="Id of a session.")]


class OwnSession(Answer, frozen=True):
    """An open session."""

    id: str
    since: datetime
    #: When it was opened or continued last; pages continue theirs every quarter of an hour.
    seen_at: datetime
    address: str
    #: What the browser or program calls itself.
    agent: str
    #: Whether it is the one that asks.
    current: bool


@router.get(
    "",
    operation_id="list_own_sessions",
    summary="One's open sessions",
    responses=gives(list[OwnSession]),
)
async def list_own_sessions(caller: SignedIn) -> Response:
    """Give the sessions that may still be continued, the newest first; none without Redis."""
    return answered(await listed(caller))


@router.delete(
    "/{id}",
    status_code=204,
    operation_id="end_own_session",
    summary="End one of one's sessions",
)
async def end_own_session(id: SessionPath, caller: SignedInCommanding) -> Response:  # noqa: A002 - the name in the address
    """End it at once: its tokens are refused from now on."""
    await ended(caller, id)
    return Response(status_code=204)


async def listed(caller: Caller) -> list[OwnSession]:
    """Give the caller's sessions."""
    me = cast("Session", caller.session)
    return [
        OwnSession(
            id=each.id,
            since=_instant(each.since),
            seen_at=_instant(each.seen),
            address=each.address,
            agent=each.agent,
            current=each.id == me.id,
        )
        for each in await caller.gateway.own_sessions.of(me.staff.id)
    ]


async def ended(caller: Caller, session: str) -> None:
    """End one of the caller's sessions; raises NotFound for what is not his."""
    person = cast("Session", caller.session).staff.id
    gateway = caller.gateway
    if session not in {each.id for each in await gateway.own_sessions.of(person)}:
        raise NotFound("session_unknown")
    await asyncio.gather(
        gateway.revocations.end_named(session), gateway.own_sessions.forget(person, session)
    )


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)

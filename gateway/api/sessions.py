"""Signing in and out."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Final, cast

import msgspec
from fastapi import APIRouter, Response

from chassis.errors import Unauthenticated
from chassis.logging import get_logger
from contracts.calls.base import Nothing
from contracts.calls.routing import (
    Authenticate,
    SecondFactorView,
    Staff,
    StaffContacts,
    StaffContactsAnswer,
)
from gateway.access import Anyone, Entering
from gateway.answers import CurrentSession, SessionAnswer, answered, gives, rights_of
from gateway.caller import GATEWAY, Caller
from gateway.documents import Refresh, SignIn
from gateway.json_bodies import StrictRoute
from gateway.limits import hidden, network_of
from gateway.own_sessions import OpenSession
from gateway.security import Session, Tokens

router = APIRouter(prefix="/api/v1/sessions", tags=["sessions"], route_class=StrictRoute)

log = get_logger(__name__)

_LONGEST_AGENT: Final = 300


@router.post(
    "",
    operation_id="sign_in",
    summary="Sign in",
    responses=gives(SessionAnswer, description="Signed in."),
)
async def sign_in(body: SignIn, caller: Anyone) -> Response:
    """Give a session for a user name and a password."""
    return with_tokens(await opened(caller, body))


@router.post(
    "/refresh",
    operation_id="refresh_session",
    summary="Continue a session",
    responses=gives(SessionAnswer, description="The session goes on with new tokens."),
)
async def refresh(body: Refresh, caller: Anyone) -> Response:
    """Give new tokens; unit and role are asked for again, so that changes of them count."""
    await caller.spend(sign_in=network_of(caller.address))
    return with_tokens(await refreshed(caller, body.refresh_token))


@router.get(
    "/current",
    operation_id="current_session",
    summary="Who is signed in",
    responses=gives(CurrentSession),
)
async def current(caller: Entering) -> Response:
    """Tell whose session it is and which rights it has."""
    session = _session_of(caller)
    return answered(
        CurrentSession(
            expires_at=_instant(session.expires),
            staff=session.staff,
            rights=rights_of(session.identity),
        )
    )


@router.delete(
    "/current",
    status_code=204,
    operation_id="sign_out",
    summary="Sign out",
    responses={204: {"description": "The session has ended."}},
)
async def sign_out(caller: Entering) -> Response:
    """End the session: its tokens are refused from now on."""
    await ended(caller)
    return Response(status_code=204)


async def opened(caller: Caller, body: SignIn) -> Tokens:
    """Open a session for a user name and a password; raises Unauthenticated."""
    network = network_of(caller.address)
    # A name is counted with the address, so that nobody locks somebody else out from afar.
    await caller.spend(sign_in=network, sign_in_name=hidden(f"{body.username}@{network}"))
    request = Authenticate(
        username=body.username, password=body.password, address=network, code=body.code
    )
    staff = await caller.command("routing", "authenticate", request, Staff)
    log.info("signed_in", subject=f"person:{staff.id}", address=caller.address)
    return await begun(caller, staff)


async def begun(caller: Caller, staff: Staff) -> Tokens:
    """Open a session of who has proved himself, and note it among his."""
    return await _noted(caller, caller.gateway.sessions.open(staff))


async def refreshed(caller: Caller, refresh_token: str) -> Tokens:
    """Go on with a session, with its staff member as he is now; raises Unauthenticated."""
    gateway = caller.gateway
    session = gateway.sessions.read_refresh(refresh_token)
    if gateway.revocations.has_ended(session):
        raise Unauthenticated("session_ended")
    staff = await _as_of_now(caller, session)
    return await _noted(caller, gateway.sessions.go_on(session, staff))


async def enrolled(caller: Caller) -> Tokens:
    """Go on with the caller's session, who has a second factor now."""
    session = _session_of(caller)
    staff = msgspec.structs.replace(session.staff, owes_second_factor=False)
    return await _noted(caller, caller.gateway.sessions.go_on(session, staff))


async def ended(caller: Caller) -> None:
    """End the caller's session: its tokens are refused from now on."""
    session = _session_of(caller)
    await caller.gateway.revocations.end(session)
    await caller.gateway.own_sessions.forget(session.staff.id, session.id)
    log.info("signed_out", subject=caller.identity.subject, address=caller.address)


async def _noted(caller: Caller, tokens: Tokens) -> Tokens:
    session = tokens.session
    noted = OpenSession(
        id=session.id,
        since=session.since,
        seen=time.time(),
        address=caller.address,
        agent=caller.agent[:_LONGEST_AGENT],
    )
    await caller.gateway.own_sessions.note(session.staff.id, noted)
    return tokens


def with_tokens(tokens: Tokens, *, status: int = 200) -> Response:
    """Answer with a session and its tokens."""
    session = tokens.session
    return answered(
        SessionAnswer(
            token=tokens.token,
            token_type="Bearer",  # noqa: S106 - the name of a scheme
            expires_at=_instant(session.expires),
            refresh_token=tokens.refresh_token,
            refresh_expires_at=_instant(tokens.refresh_expires),
            staff=session.staff,
            rights=rights_of(session.identity),
        ),
        status=status,
    )


def _session_of(caller: Caller) -> Session:
    """Give the session that `SignedIn` has made sure of."""
    return cast("Session", caller.session)


async def _as_of_now(caller: Caller, session: Session) -> Staff:
    """Give a staff member as the directory has him now; raises Unauthenticated when it has not."""
    staff, owes = session.staff, session.staff.owes_second_factor
    if owes:
        himself = caller.acting_as(session.identity)
        factor = await himself.query("routing", "second_factor", Nothing(), SecondFactorView)
        owes = factor.demanded and not factor.on
    answer = await caller.acting_as(GATEWAY).query(
        "routing", "staff_contacts", StaffContacts(persons=[staff.id]), StaffContactsAnswer
    )
    contact = answer.persons.get(staff.id)
    if contact is None:
        raise Unauthenticated("session_ended")
    return Staff(
        id=staff.id,
        username=staff.username,
        name=contact.name,
        role=contact.role,
        unit=contact.unit,
        tier=staff.tier,
        language=contact.language,
        owes_second_factor=owes,
    )


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)

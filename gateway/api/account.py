"""One's own account: the password, and a second factor at signing in."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import APIRouter, Response

from contracts.calls.base import Nothing
from contracts.calls.routing import (
    BegunSecondFactor,
    ChangePassword,
    ConfirmSecondFactor,
    DemandSecondFactor,
    DropSecondFactor,
    RecoveryCodes,
    ResetSecondFactor,
    SecondFactorDemand,
    SecondFactorView,
)
from gateway.access import Entering, EnteringCommanding, SignedInCommanding, allow, allow_command
from gateway.answers import SessionAnswer, answered, gives
from gateway.api import sessions
from gateway.caller import Caller
from gateway.documents import NewPassword, OwnPassword, Roles, SecondCode, SlugPath
from gateway.json_bodies import StrictRoute
from gateway.security import Session, Tokens

router = APIRouter(prefix="/api/v1", tags=["sessions"], route_class=StrictRoute)

_DONE: dict[int | str, dict[str, object]] = {204: {"description": "Done."}}


@router.put(
    "/me/password",
    operation_id="change_own_password",
    summary="Change one's password",
    responses=gives(SessionAnswer, description="Every session has ended but this new one."),
)
async def change_own_password(body: NewPassword, caller: SignedInCommanding) -> Response:
    """Take another password; the current one proves who asks."""
    return sessions.with_tokens(await change_password(caller, body))


@router.get(
    "/me/second-factor",
    operation_id="get_second_factor",
    summary="See one's second factor",
    responses=gives(SecondFactorView),
)
async def get_second_factor(caller: Entering) -> Response:
    """Tell whether signing in asks for a code, and how many recovery codes are left."""
    return answered(await second_factor(caller))


@router.post(
    "/me/second-factor",
    operation_id="begin_second_factor",
    summary="Begin a second factor",
    responses=gives(BegunSecondFactor, description="A secret for an authenticator."),
)
async def begin_second_factor(caller: EnteringCommanding) -> Response:
    """Make a secret; nothing is asked for until a code has confirmed it."""
    return answered(await begin(caller))


@router.post(
    "/me/second-factor/confirm",
    operation_id="confirm_second_factor",
    summary="Confirm a second factor",
    responses=gives(RecoveryCodes, description="It is on; these codes are not shown again."),
)
async def confirm_second_factor(body: SecondCode, caller: EnteringCommanding) -> Response:
    """Switch it on with a code of the authenticator.

    Whose session was good for nothing else refreshes it, and goes on.
    """
    return answered(await confirm(caller, body.code))


@router.post(
    "/me/second-factor/drop",
    status_code=204,
    operation_id="drop_second_factor",
    summary="Drop one's second factor",
    responses=_DONE,
)
async def drop_second_factor(body: OwnPassword, caller: SignedInCommanding) -> Response:
    """Sign in with the password alone again."""
    await drop(caller, body.password)
    return Response(status_code=204)


@router.post(
    "/admin/people/{id}/second-factor/reset",
    status_code=204,
    operation_id="reset_second_factor",
    summary="Reset a person's second factor",
    responses=_DONE,
)
async def reset_second_factor(
    id: SlugPath,  # noqa: A002 - the name in the address
    caller: Annotated[Caller, allow_command("admin.change")],
) -> Response:
    """Let somebody who has lost his telephone sign in with the password alone."""
    await reset(caller, id)
    return Response(status_code=204)


@router.get(
    "/admin/second-factor",
    operation_id="get_second_factor_demand",
    summary="See who has to have a second factor",
    responses=gives(SecondFactorDemand),
)
async def get_second_factor_demand(
    caller: Annotated[Caller, allow("admin.change")],
) -> Response:
    """Give the roles that have to have one, and how many of each role have it."""
    return answered(await demanded(caller))


@router.put(
    "/admin/second-factor",
    operation_id="demand_second_factor",
    summary="Demand a second factor of roles",
    responses=gives(SecondFactorDemand, description="It holds from each one's next sign-in on."),
)
async def demand_second_factor(
    body: Roles, caller: Annotated[Caller, allow_command("admin.change")]
) -> Response:
    """Demand it of these roles and no others; who has none sets it up before anything else."""
    return answered(await demand(caller, body.roles), headers=caller.replay_headers())


async def change_password(caller: Caller, given: NewPassword) -> Tokens:
    """Give the caller another password, and a session in place of all that he has.

    Raises Forbidden where the current one is wrong.
    """
    request = ChangePassword(current=given.current, new=given.new)
    await caller.command("routing", "change_password", request, Nothing)
    staff = cast("Session", caller.session).staff
    await caller.gateway.revocations.end_all_of(staff.id)
    await caller.gateway.own_sessions.forget_all(staff.id)
    return await sessions.begun(caller, staff)


async def second_factor(caller: Caller) -> SecondFactorView:
    """Tell how the caller's second factor stands."""
    return await caller.query("routing", "second_factor", Nothing(), SecondFactorView)


async def begin(caller: Caller) -> BegunSecondFactor:
    """Make a secret for the caller's authenticator; raises Conflict."""
    return await caller.command("routing", "begin_second_factor", Nothing(), BegunSecondFactor)


async def confirm(caller: Caller, code: str) -> RecoveryCodes:
    """Switch the caller's second factor on; raises Invalid for a wrong code."""
    request = ConfirmSecondFactor(code=code)
    return await caller.command("routing", "confirm_second_factor", request, RecoveryCodes)


async def drop(caller: Caller, password: str) -> None:
    """Take the caller's second factor off; raises Forbidden for a wrong password."""
    request = DropSecondFactor(password=password)
    await caller.command("routing", "drop_second_factor", request, Nothing)


async def demanded(caller: Caller) -> SecondFactorDemand:
    """Tell which roles have to have a second factor."""
    return await caller.query("routing", "second_factor_demand", Nothing(), SecondFactorDemand)


async def demand(caller: Caller, roles: list[str]) -> SecondFactorDemand:
    """Demand a second factor of these roles and no others; raises Invalid."""
    request = DemandSecondFactor(roles=roles)
    return await caller.command("routing", "demand_second_factor", request, SecondFactorDemand)


async def reset(caller: Caller, person: str) -> None:
    """Take somebody's second factor off, and end his sessions."""
    request = ResetSecondFactor(person=person)
    await caller.command("routing", "reset_second_factor", request, Nothing)
    await caller.gateway.revocations.end_all_of(person)

"""One's own account: the password, and a second factor at signing in."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import APIRouter, Response

from contracts.calls.base import Nothing
from contracts.calls.routing import (
    BegunSecondFactor,
    ChangePassword,
    ConfirmSecondFactor,
    DropSecondFactor,
    RecoveryCodes,
    ResetSecondFactor,
    SecondFactorView,
)
from gateway.access import SignedIn, SignedInCommanding, allow_command
from gateway.answers import SessionAnswer, answered, gives
from gateway.api import sessions
from gateway.caller import Caller
from gateway.documents import NewPassword, OwnPassword, SecondCode, SlugPath
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
async def get_second_factor(caller: SignedIn) -> Response:
    """Tell whether signing in asks for a code, and how many recovery codes are left."""
    return answered(await second_factor(caller))


@router.post(
    "/me/second-factor",
    operation_id="begin_second_factor",
    summary="Begin a second factor",
    responses=gives(BegunSecondFactor, description="A secret for an authenticator."),
)
async def begin_second_factor(caller: SignedInCommanding) -> Response:
    """Make a secret; nothing is asked for until a code has confirmed it."""
    return answered(await begin(caller))


@router.post(
    "/me/second-factor/confirm",
    operation_id="confirm_second_factor",
    summary="Confirm a second factor",
    responses=gives(RecoveryCodes, description="It is on; these codes are not shown again."),
)
async def confirm_second_factor(body: SecondCode, caller: SignedInCommanding) -> Response:
    """Switch it on with a code of the authenticator."""
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
    await caller.command("routing", "reset_second_factor", ResetSecondFactor(person=id), Nothing)
    await caller.gateway.revocations.end_all_of(id)
    return Response(status_code=204)


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

"""An installation's first administrator."""

from __future__ import annotations

import time

from fastapi import APIRouter, Response

from chassis.errors import FieldFault, Invalid
from chassis.logging import get_logger
from contracts import addresses
from contracts.calls.base import Nothing
from contracts.calls.routing import Found, Staff
from contracts.calls.routing import Founding as Founded
from contracts.setup import founder_of
from gateway.access import Anyone, AnyoneCommanding
from gateway.answers import SessionAnswer, answered, gives
from gateway.api import sessions
from gateway.caller import Caller
from gateway.documents import FirstAdministrator
from gateway.json_bodies import StrictRoute
from gateway.limits import network_of
from gateway.security import Tokens

router = APIRouter(prefix="/api/v1/installation", tags=["sessions"], route_class=StrictRoute)

log = get_logger(__name__)


@router.get(
    "",
    operation_id="get_installation",
    summary="Whether anybody administers",
    responses=gives(Founded),
)
async def get_installation(caller: Anyone) -> Response:
    """Tell whether the first administrator has been made."""
    return answered(Founded(founded=await is_founded(caller)))


@router.post(
    "",
    status_code=201,
    operation_id="found_installation",
    summary="Make the first administrator",
    responses=gives(SessionAnswer, status=201, description="Made, and signed in."),
)
async def found_installation(body: FirstAdministrator, caller: AnyoneCommanding) -> Response:
    """Take the pass that an operator has made with `peygir setup`, as long as nobody administers.

    The organisation's first unit is made with him, where there is none.
    """
    return sessions.with_tokens(await founded(caller, body), status=201)


async def is_founded(caller: Caller) -> bool:
    """Tell whether somebody administers; who cannot be asked is believed to know somebody."""
    gateway = caller.gateway
    if not gateway.is_founded:
        found = await caller.optional("routing", "founding", Nothing(), Founded)
        if found is None:
            return True
        gateway.is_founded = found.founded
    return gateway.is_founded


async def founded(caller: Caller, body: FirstAdministrator) -> Tokens:
    """Make the first administrator, and give his session; raises Unauthenticated or Conflict."""
    await caller.spend(sign_in=network_of(caller.address))
    keys = caller.gateway.settings.keys
    founder = caller.acting_as(founder_of(body.setup_pass, keys, now=time.time()))
    request = Found(
        organisation=body.organisation,
        name=body.name,
        username=body.username,
        password=body.password,
        language=body.language,
        mobile=_mobile(body.mobile),
        email=_email(body.email),
    )
    staff = await founder.command("routing", "found", request, Staff)
    caller.gateway.is_founded = True
    log.info("founded", subject=f"person:{staff.id}", address=caller.address)
    return await sessions.begun(caller, staff)


def _mobile(typed: str | None) -> str | None:
    return _read(addresses.mobile(typed), "mobile") if typed else None


def _email(typed: str | None) -> str | None:
    return _read(addresses.email(typed), "email") if typed else None


def _read(found: str | None, field: str) -> str:
    if found is None:
        fault = FieldFault(pointer=f"/{field}", code="malformed")
        raise Invalid("request_invalid", fields=[fault])
    return found

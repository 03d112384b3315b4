"""The requester himself: coming in by a one-time code, his data, his tickets."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Path, Response

from chassis.identity import ANONYMOUS
from chassis.logging import get_logger
from contracts.calls.base import Nothing
from contracts.calls.requesters import (
    AskCode,
    ChangeOwnData,
    CodeAsked,
    DropContact,
    GetOwnTickets,
    GiveCode,
    OwnData,
    OwnTicket,
)
from contracts.calls.routing import ListTickets, TicketPage, TicketView
from gateway.access import AnyoneCommanding, ProvedRequester, ProvedRequesterCommanding
from gateway.answers import OwnRequest, RequesterSessionAnswer, answered, gives
from gateway.caller import GATEWAY, Caller
from gateway.documents import CodeGiven, CodeWanted, OwnDataGiven
from gateway.json_bodies import StrictRoute
from gateway.limits import network_of
from gateway.requesters import RequesterSession

router = APIRouter(prefix="/api/v1/requester", tags=["follow"], route_class=StrictRoute)

log = get_logger(__name__)

#: The result is there, and its requester has not said what he thinks of it.
_TO_RATE: Final = frozenset({"done", "finished"})


@router.post(
    "/codes",
    status_code=202,
    operation_id="ask_one_time_code",
    summary="Ask for a one-time code",
    responses=gives(
        CodeAsked, status=202, description="It is sent, if the contact is a requester's."
    ),
)
async def ask_one_time_code(body: CodeWanted, caller: AnyoneCommanding) -> Response:
    """Send a code to a mobile number or an e-mail address under which a requester is known.

    Nothing tells whether one is. With a requester's session: a code for another contact of his.
    """
    return answered(await ask(caller, body.contact), status=202, headers=caller.replay_headers())


@router.post(
    "/sessions",
    status_code=201,
    operation_id="open_requester_session",
    summary="Come in with a one-time code",
    responses=gives(RequesterSessionAnswer, status=201, description="He has proved who he is."),
)
async def open_requester_session(body: CodeGiven, caller: AnyoneCommanding) -> Response:
    """Give a session to who has got a code; one refusal for every code that proves nothing."""
    session, data = await come_in(caller.acting_as(ANONYMOUS), body)
    return answered(
        RequesterSessionAnswer(
            token=caller.gateway.requesters.token(session),
            token_type="Bearer",  # noqa: S106 - the name of a scheme
            expires_at=datetime.fromtimestamp(int(session.expires), UTC),
            requester=data,
        ),
        status=201,
    )


@router.delete(
    "/sessions/current",
    status_code=204,
    operation_id="end_requester_session",
    summary="Leave as a requester",
    responses={204: {"description": "The session has ended."}},
)
async def end_requester_session(caller: ProvedRequester) -> Response:
    """End the session: its token is refused from now on."""
    await leave(caller)
    return Response(status_code=204)


@router.get(
    "/data",
    operation_id="get_own_data",
    summary="See one's own data",
    responses=gives(OwnData),
)
async def get_own_data(caller: ProvedRequester) -> Response:
    """Give what is known of the requester."""
    return answered(await own_data(caller))


@router.put(
    "/data",
    operation_id="change_own_data",
    summary="Change one's own data",
    responses=gives(OwnData, description="Changed."),
)
async def change_own_data(body: OwnDataGiven, caller: ProvedRequesterCommanding) -> Response:
    """Take name, language, by which channel he is told, and how days and figures are written."""
    return answered(await change(caller, body), headers=caller.replay_headers())


@router.post(
    "/contacts",
    operation_id="prove_own_contact",
    summary="Prove another contact",
    responses=gives(OwnData, description="The contact is his now."),
)
async def prove_own_contact(body: CodeGiven, caller: ProvedRequesterCommanding) -> Response:
    """Take the code that went to another mobile number or e-mail address of his."""
    return answered(await adopt(caller, body), headers=caller.replay_headers())


@router.delete(
    "/contacts/{contact}",
    operation_id="drop_own_contact",
    summary="Give a contact up",
    responses=gives(OwnData, description="He is not reached by it any more."),
)
async def drop_own_contact(
    contact: Annotated[Literal["mobile", "email"], Path(description="Which one.")],
    caller: ProvedRequesterCommanding,
) -> Response:
    """Reach him by it no more; the last one stays."""
    return answered(await drop(caller, contact))


@router.get(
    "/tickets",
    operation_id="list_own_tickets",
    summary="One's own tickets",
    responses=gives(list[OwnRequest]),
)
async def list_own_tickets(caller: ProvedRequester) -> Response:
    """Give what was registered with the contacts that he has proved, the newest first."""
    return answered(await own_requests(caller))


async def ask(caller: Caller, contact: str) -> CodeAsked:
    """Have a code sent; raises Invalid for what is no contact, TooMany."""
    tries = {"code": network_of(caller.address)}
    if caller.requester is not None:
        tries["code_claim"] = caller.requester.requester
    await caller.spend(**tries)
    request = AskCode(contact=contact, language="en" if caller.language == "en" else "fa")
    return await caller.command("intake", "ask_code", request, CodeAsked)


async def come_in(caller: Caller, given: CodeGiven) -> tuple[RequesterSession, OwnData]:
    """Open a session for a code; raises Invalid, TooMany."""
    data = await _given(caller, given)
    log.info("requester_came_in", subject=f"requester:{data.id}", address=caller.address)
    return caller.gateway.requesters.open(data.id), data


async def adopt(caller: Caller, given: CodeGiven) -> OwnData:
    """Make a contact the caller's; raises Invalid, TooMany, Conflict where another keeps it."""
    return await _given(caller, given)


async def leave(caller: Caller) -> None:
    """End the caller's session as a requester."""
    if caller.requester is not None:
        await caller.gateway.revocations.end_named(caller.requester.id)


async def own_data(caller: Caller) -> OwnData:
    """Give what is known of the caller."""
    return await caller.query("intake", "own_data", Nothing(), OwnData)


async def change(caller: Caller, given: OwnDataGiven) -> OwnData:
    """Take what the caller says of himself."""
    request = ChangeOwnData(**given.model_dump())
    return await caller.command("intake", "change_own_data", request, OwnData)


async def drop(caller: Caller, contact: Literal["mobile", "email"]) -> OwnData:
    """Reach the caller by it no more; raises Conflict for the last one."""
    return await caller.command("intake", "drop_contact", DropContact(contact=contact), OwnData)


async def own_requests(caller: Caller) -> list[OwnRequest]:
    """Give the caller's tickets with how they stand, as far as routing tells."""
    mine = await caller.query("intake", "own_tickets", GetOwnTickets(), list[OwnTicket])
    views: dict[str, TicketView] = {}
    if mine:
        wanted = ListTickets(codes=[each.code for each in mine], limit=len(mine))
        ourselves = caller.acting_as(GATEWAY)
        found = await ourselves.optional("routing", "tickets", wanted, TicketPage)
        views = {view.code: view for view in found.items} if found else {}
    return [_request(each, views.get(each.code)) for each in mine]


async def own_proof(caller: Caller, code: str) -> str | None:
    """Give what opens a ticket of the caller's; None for one that is not his."""
    request = GetOwnTickets(code=code)
    mine = await caller.query("intake", "own_tickets", request, list[OwnTicket])
    return mine[0].proof if mine else None


async def _given(caller: Caller, given: CodeGiven) -> OwnData:
    await caller.spend(code_try=network_of(caller.address))
    request = GiveCode(id=given.id, code=given.code)
    return await caller.command("intake", "give_code", request, OwnData)


def _request(own: OwnTicket, view: TicketView | None) -> OwnRequest:
    if view is None:
        return OwnRequest(code=own.code, title=own.title, registered_at=own.registered_at)
    return OwnRequest(
        code=own.code,
        title=own.title,
        registered_at=own.registered_at,
        state=view.state,
        updated_at=view.updated_at,
        asked=view.waiting_for == "requester",
        to_rate=view.state in _TO_RATE and view.rating is None,
    )

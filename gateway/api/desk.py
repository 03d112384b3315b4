"""The desk's own tools: standard answers, drafts, and who else is looking at a ticket."""

from __future__ import annotations

import time
from typing import Annotated, Final

from fastapi import APIRouter, Response
from pydantic import StringConstraints

from chassis.errors import Forbidden
from contracts.calls.base import Answer, Nothing
from contracts.calls.intake import DescribeTickets, TicketContent
from contracts.calls.routing import (
    Draft,
    DropDraft,
    FilledIn,
    GetDraft,
    GetTicket,
    Macro,
    SaveDraft,
    TicketView,
    UseMacro,
)
from contracts.calls.routing.desk import Use
from gateway.access import allow, allow_command
from gateway.answers import answered, gives
from gateway.caller import Caller
from gateway.documents import CodePath, Document, SlugPath
from gateway.json_bodies import StrictRoute
from gateway.presence import Viewer

router = APIRouter(prefix="/api/v1", tags=["tickets"], route_class=StrictRoute)

Reader = Annotated[Caller, allow("ticket.read")]
Worker = Annotated[Caller, allow_command("ticket.read")]

_PERSON: Final = "person:"


class OwnDraft(Document):
    """What one is writing."""

    text: Annotated[str, StringConstraints(max_length=20_000)]
    use: Use = "answer"


class Looking(Document):
    """That one is looking, and whether one is writing."""

    typing: bool = False


class Viewers(Answer, frozen=True):
    """Who else is looking at a ticket right now; nobody while that cannot be known."""

    code: str
    others: list[Viewer]


@router.get(
    "/macros",
    operation_id="list_macros",
    summary="Standard answers",
    responses=gives(list[Macro]),
)
async def list_macros(caller: Reader) -> Response:
    """Give the standard answers that the caller may use."""
    return answered(await caller.query("routing", "own_macros", Nothing(), list[Macro]))


@router.post(
    "/tickets/{code}/macros/{id}",
    operation_id="use_macro",
    summary="Fill a standard answer in",
    responses=gives(FilledIn, description="The text, to be looked over and sent by an action."),
)
async def use_macro(code: CodePath, id: SlugPath, caller: Worker) -> Response:  # noqa: A002 - the name in the address
    """Give a standard answer as it reads for the ticket, in its requester's language."""
    return answered(await filled_in(caller, code, id), headers=caller.replay_headers())


async def filled_in(caller: Caller, code: str, macro: str) -> FilledIn:
    """Have routing fill a standard answer in with what intake knows of the ticket."""
    # Routing alone knows whether the caller may see this ticket.
    await caller.query("routing", "ticket", GetTicket(code=code), TicketView)
    described = await caller.query(
        "intake", "describe_tickets", DescribeTickets(codes=[code]), dict[str, TicketContent]
    )
    content = described.get(code)
    words = {"requester": content.requester.name, "title": content.title} if content else {}
    request = UseMacro(id=macro, code=code, words=words)  # type: ignore[arg-type]  # keys as said
    return await caller.command("routing", "use_macro", request, FilledIn)


@router.get(
    "/me/drafts",
    operation_id="list_drafts",
    summary="One's drafts",
    responses=gives(list[Draft]),
)
async def list_drafts(caller: Reader) -> Response:
    """Give what the caller was writing and has not sent, the newest first."""
    return answered(await caller.query("routing", "drafts", Nothing(), list[Draft]))


@router.get(
    "/tickets/{code}/draft",
    operation_id="get_draft",
    summary="One's draft about a ticket",
    responses=gives(Draft | None),
)
async def get_draft(code: CodePath, caller: Reader) -> Response:
    """Give what the caller was writing about the ticket; null when nothing."""
    return answered(await caller.query("routing", "draft", GetDraft(code=code), Draft | None))


@router.put(
    "/tickets/{code}/draft",
    operation_id="save_draft",
    summary="Keep a draft",
    responses=gives(Draft, description="Kept; nobody else sees it."),
)
async def save_draft(code: CodePath, body: OwnDraft, caller: Worker) -> Response:
    """Keep what the caller is writing, over what was kept before."""
    request = SaveDraft(code=code, text=body.text, use=body.use)
    return answered(await caller.command("routing", "save_draft", request, Draft))


@router.delete(
    "/tickets/{code}/draft",
    status_code=204,
    operation_id="drop_draft",
    summary="Forget a draft",
)
async def drop_draft(code: CodePath, caller: Worker) -> Response:
    """Forget what the caller was writing about the ticket."""
    await caller.command("routing", "drop_draft", DropDraft(code=code), bool)
    return Response(status_code=204)


@router.get(
    "/tickets/{code}/viewers",
    operation_id="list_viewers",
    summary="Who else is looking",
    responses=gives(Viewers),
)
async def list_viewers(code: CodePath, caller: Reader) -> Response:
    """Give who else is looking at the ticket, and who is writing."""
    await caller.query("routing", "ticket", GetTicket(code=code), TicketView)
    return answered(Viewers(code=code, others=await _others(code, caller)))


@router.put(
    "/tickets/{code}/viewers",
    operation_id="look_at_ticket",
    summary="Say that one is looking",
    responses=gives(Viewers, description="Said; who else is looking."),
)
async def look_at_ticket(code: CodePath, body: Looking, caller: Worker) -> Response:
    """Say that the caller is looking at the ticket; it holds for 25 seconds."""
    _, others = await looked_at(caller, code, typing=body.typing)
    return answered(Viewers(code=code, others=others))


async def looked_at(caller: Caller, code: str, *, typing: bool) -> tuple[TicketView, list[Viewer]]:
    """Have the others see that the caller looks; gives the ticket as it stands, and them."""
    person, name = _person(caller)
    view = await caller.query("routing", "ticket", GetTicket(code=code), TicketView)
    viewer = Viewer(person=person, name=name, typing=typing, seen=time.time())
    await caller.gateway.presence.see(code, viewer)
    return view, await _others(code, caller)


async def left(caller: Caller, code: str) -> None:
    """Have the others see that the caller looks no longer."""
    person, _ = _person(caller)
    await caller.gateway.presence.leave(code, person)


@router.delete(
    "/tickets/{code}/viewers",
    status_code=204,
    operation_id="leave_ticket",
    summary="Say that one looks no longer",
)
async def leave_ticket(code: CodePath, caller: Worker) -> Response:
    """Say that the caller looks at the ticket no longer."""
    await left(caller, code)
    return Response(status_code=204)


async def _others(code: str, caller: Caller) -> list[Viewer]:
    me = caller.identity.subject.removeprefix(_PERSON)
    found = await caller.gateway.presence.at(code)
    return [each for each in found if each.person != me]


def _person(caller: Caller) -> tuple[str, str]:
    """Give id and name of the staff member who calls; raises Forbidden for anybody else."""
    if caller.session is None or not caller.identity.subject.startswith(_PERSON):
        raise Forbidden("staff_only")
    return caller.session.staff.id, caller.session.staff.name

"""Many tickets at once, and tickets that belong together."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from pydantic import Field

from chassis.errors import BY_STATUS, DomainError, FieldFault
from contracts.calls.base import Answer
from contracts.calls.intake import DescribeTickets, Registered, SplitTicket, TicketContent
from contracts.calls.routing import (
    ActedOn,
    ActOnMany,
    GetRelated,
    GetTicket,
    OpenPassage,
    Refusal,
    Related,
    RelatedTicket,
    TicketView,
)
from gateway.access import allow, allow_command
from gateway.answers import answered, gives
from gateway.caller import Caller
from gateway.documents import Code, CodePath, Document, FreeForm, Line, Slug, Text
from gateway.errors import Problem, problem_of
from gateway.json_bodies import StrictRoute

router = APIRouter(prefix="/api/v1/tickets", tags=["tickets"], route_class=StrictRoute)

_MOST_DESCRIBED = 200


class ManyTickets(Document):
    """The tickets that an action is done to, and its arguments."""

    codes: Annotated[list[Code], Field(min_length=1, max_length=200)]
    arguments: FreeForm = {}


class Part(Document):
    """What is split off; without a subject it has that of the whole."""

    title: Line
    description: Text
    subject: Slug | None = None
    #: Answers to the subject's form, by field.
    answers: FreeForm = {}


class ItemResult(Answer, frozen=True):
    """What became of one ticket: how it stands now, or why nothing was done to it."""

    code: str
    #: 200, or the status that the action alone would have been refused with.
    status: int
    ticket: TicketView | None = None
    problem: Problem | None = None


class RelatedLine(RelatedTicket, kw_only=True):  # type: ignore[misc]  # msgspec hands it down
    """Another ticket as lists show it."""

    title: str | None = None


class RelatedTickets(Answer, frozen=True):
    """The tickets that belong together with one, and what is still on its way to them."""

    code: str
    tickets: list[RelatedLine]
    passages: list[OpenPassage]
    unavailable: list[str] = []


@router.post(
    "/actions/{action}",
    operation_id="act_on_many",
    summary="Do an action to many tickets",
    responses=gives(list[ItemResult], description="Each decided by itself; look at each `status`."),
)
async def act_on_many(
    action: Annotated[
        str, Path(pattern=r"^[a-z][a-z-]{1,31}$", description="As for a single ticket.")
    ],
    body: ManyTickets,
    caller: Annotated[Caller, allow_command("ticket.read")],
    request: Request,
) -> Response:
    """Do one action to up to 200 tickets: what is refused for one is done for the others.

    Sent again under the same `Idempotency-Key`, nothing is done twice to any of them.
    """
    done = await acted_on(caller, body.codes, action, body.arguments)
    results = [_result(item, request, caller.language) for item in done]
    return answered(results, headers=caller.replay_headers())


async def acted_on(
    caller: Caller, codes: list[str], action: str, arguments: dict[str, Any]
) -> list[ActedOn]:
    """Do one action to many tickets; gives what became of each."""
    many = ActOnMany(codes=codes, action=action, arguments=arguments)
    return await caller.command("routing", "act_on_many", many, list[ActedOn])


@router.post(
    "/{code}/split",
    status_code=201,
    operation_id="split_ticket",
    summary="Split a ticket",
    responses=gives(Registered, status=201, description="The part has a code of its own."),
)
async def split_ticket(
    code: CodePath, body: Part, caller: Annotated[Caller, allow_command("ticket.register_for")]
) -> Response:
    """Make a part of a ticket one of its own, by the same requester, linked with the whole."""
    registered = await split_off(caller, code, body)
    location = f"/api/v1/tickets/{registered.code}"
    return answered(
        registered, status=201, headers={"location": location, **caller.replay_headers()}
    )


async def split_off(caller: Caller, code: str, body: Part) -> Registered:
    """Have intake register the part; raises what keeps the caller from the whole."""
    # Routing alone knows whether the caller may see this ticket.
    await caller.query("routing", "ticket", GetTicket(code=code), TicketView)
    request = SplitTicket(
        code=code,
        title=body.title,
        description=body.description,
        subject=body.subject,
        answers=body.answers,
    )
    return await caller.command("intake", "split_ticket", request, Registered)


@router.get(
    "/{code}/related",
    operation_id="related_tickets",
    summary="Tickets that belong together",
    responses=gives(RelatedTickets),
)
async def related_tickets(
    code: CodePath, caller: Annotated[Caller, allow("ticket.read")]
) -> Response:
    """Give parent, children, merged and linked tickets; of those one may not read, the code."""
    return answered(await related_to(caller, code))


async def related_to(caller: Caller, code: str) -> RelatedTickets:
    """Give the tickets that belong together with one, titled as far as intake answers."""
    found = await caller.query("routing", "related", GetRelated(code=code), Related)
    readable = [each.code for each in found.tickets if each.state is not None][:_MOST_DESCRIBED]
    contents: dict[str, TicketContent] | None = {}
    if readable:
        described = DescribeTickets(codes=readable)
        contents = await caller.optional(
            "intake", "describe_tickets", described, dict[str, TicketContent]
        )
    known = contents or {}
    lines = [_line(each, known.get(each.code)) for each in found.tickets]
    unavailable = ["intake"] if contents is None else []
    return RelatedTickets(
        code=code, tickets=lines, passages=found.passages, unavailable=unavailable
    )


def _result(item: ActedOn, request: Request, language: str) -> ItemResult:
    if item.refusal is None:
        return ItemResult(code=item.code, status=200, ticket=item.ticket)
    problem = problem_of(request, error_of(item.refusal), language=language)
    return ItemResult(code=item.code, status=item.refusal.status, problem=problem)


def error_of(refusal: Refusal) -> DomainError:
    """Give a refusal as the error that it was."""
    kind = BY_STATUS.get(refusal.status, DomainError)
    fields = [
        FieldFault(pointer=pointer, code=code, params=params)
        for pointer, code, params in refusal.fields
    ]
    return kind(refusal.code, fields=fields, **refusal.params)


def _line(each: RelatedTicket, content: TicketContent | None) -> RelatedLine:
    fields: dict[str, Any] = {name: getattr(each, name) for name in each.__struct_fields__}
    return RelatedLine(**fields, title=content.title if content else None)

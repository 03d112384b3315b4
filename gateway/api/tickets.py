"""Registering, reading and working tickets."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Body, Header, Path, Query, Request, Response

from chassis.errors import FieldFault, Invalid, NotFound, Unavailable
from contracts.calls.intake import (
    DescribeTickets,
    Message,
    Registered,
    RegisterTicket,
    RequesterData,
    SearchTickets,
    TicketContent,
)
from contracts.calls.notify import AcknowledgeDelivery, DeliveryView
from contracts.calls.routing import (
    Act,
    GetTicket,
    ListTickets,
    Step,
    TicketPage,
    TicketView,
    Timeline,
)
from contracts.routing import State
from gateway import story
from gateway.access import AnyoneCommanding, allow, allow_command
from gateway.answers import (
    Ticket,
    TicketList,
    TicketTimeline,
    TimelineStep,
    answered,
    gives,
)
from gateway.caller import Caller
from gateway.composition import gathered, needed, whole, with_titles
from gateway.documents import CodePath, FreeForm, Line, NewTicket, Slug
from gateway.json_bodies import StrictRoute
from gateway.limits import network_of

router = APIRouter(prefix="/api/v1/tickets", tags=["tickets"], route_class=StrictRoute)

Reader = Annotated[Caller, allow("ticket.read")]
#: The requester of a merged ticket wrote; and how long that may have been on its way here.
_HEARD: Final = "ticket.heard"
_ON_THE_WAY: Final = timedelta(minutes=10)
_MOST_DESCRIBED: Final = 200
#: What each action needs beyond reading the ticket, routing decides by the workflow.
Worker = Annotated[Caller, allow_command("ticket.read")]


@router.post(
    "",
    status_code=201,
    operation_id="register_ticket",
    summary="Register a request",
    responses=gives(
        Registered,
        status=201,
        description="Registered and stored; the code is sent to the requester as well.",
    ),
)
async def register_ticket(body: NewTicket, caller: AnyoneCommanding) -> Response:
    """Register a request: anybody his own, staff and integrations also for somebody else."""
    registered = await register(caller, body)
    location = f"/api/v1/tickets/{registered.code}"
    return answered(
        registered, status=201, headers={"location": location, **caller.replay_headers()}
    )


async def register(caller: Caller, ticket: NewTicket) -> Registered:
    """Have intake register a request; the form on the page takes the same way."""
    await caller.spend(register=network_of(caller.address))
    if ticket.workflow != "default":
        caller.identity.require("import")
    requester = ticket.requester
    request = RegisterTicket(
        subject=ticket.subject,
        title=ticket.title,
        description=ticket.description,
        requester=RequesterData(
            name=requester.name, mobile=requester.mobile or None, email=requester.email or None
        ),
        channel=ticket.channel,
        language=ticket.language or caller.language,  # type: ignore[arg-type]
        workflow=ticket.workflow,
        form=ticket.form,
        answers=ticket.answers,
    )
    return await caller.command("intake", "register_ticket", request, Registered)


_FIELD = "field."
_MOST_FIELDS = 10
_FIELD_PARAMETER: Final = {
    "name": "field.{id}",
    "in": "query",
    "required": False,
    "description": "An answer, by the id of a form's field that is `searchable` or `reportable`: "
    "`field.place=fars`. Of a cascade every place on the way fits; texts are compared as people "
    "type them.",
    "schema": {"type": "string", "maxLength": 200},
}


def asked_fields(request: Request) -> dict[str, str]:
    """Give the answers that a list is asked for, by field; raises Invalid."""
    asked = {
        name.removeprefix(_FIELD): value.strip()
        for name, value in request.query_params.items()
        if name.startswith(_FIELD)
    }
    for name, value in asked.items():
        if not 0 < len(value) <= 200 or len(asked) > _MOST_FIELDS:  # noqa: PLR2004 - as a line has
            fault = FieldFault(pointer=f"/query/{_FIELD}{name}", code="invalid")
            raise Invalid("request_invalid", fields=[fault])
    return asked


@router.get(
    "",
    operation_id="list_tickets",
    summary="List and search tickets",
    responses=gives(TicketList),
    openapi_extra={"parameters": [_FIELD_PARAMETER]},
)
async def list_tickets(  # noqa: PLR0913, PLR0917 - one parameter per filter
    request: Request,
    caller: Reader,
    state: Annotated[State | None, Query(description="State the ticket is in.")] = None,
    unit: Annotated[Slug | None, Query(description="Unit that has the work.")] = None,
    owner: Annotated[Slug | None, Query(description="Id of the owner.")] = None,
    assignee: Annotated[Slug | None, Query(description="Id of the assignee.")] = None,
    tag: Annotated[Slug | None, Query(description="A tag that the ticket has.")] = None,
    q: Annotated[Line | None, Query(description="Words in the texts or of the requester.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=500, description="The last `next`.")] = None,
) -> Response:
    """Give the tickets that the caller may read, newest change first.

    With `q` or `field.{id}=`, of the newest tickets that fit: as many as `limit`, before rights.
    """
    wanted = ListTickets(
        state=state,
        unit=unit,
        owner=owner,
        assignee=assignee,
        tag=tag,
        limit=limit,
        cursor=cursor,
    )
    fields = asked_fields(request)
    search = SearchTickets(text=q, fields=fields, limit=limit)
    return answered(await listed(caller, wanted, search if q is not None or fields else None))


async def listed(
    caller: Caller, wanted: ListTickets, search: SearchTickets | None = None
) -> TicketList:
    """Give a page of what the caller may read; with `search`, of what intake finds by it."""
    if search is not None:
        codes = await caller.query("intake", "search_tickets", search, list[str])
        if not codes:
            return TicketList(items=[], next=None)
        wanted = msgspec.structs.replace(wanted, codes=codes)
    page = await caller.query("routing", "tickets", wanted, TicketPage)
    lines, unavailable = await with_titles(caller, page.items)
    return TicketList(items=lines, next=page.next, unavailable=unavailable)


@router.get(
    "/{code}",
    operation_id="get_ticket",
    summary="Read a ticket",
    responses=gives(Ticket),
)
async def get_ticket(code: CodePath, caller: Reader) -> Response:
    """Give the whole ticket; clocks and deliveries are left out while their service is away."""
    parts = await gathered(caller, code)
    if parts.content is None:
        raise (
            Unavailable("service_unavailable")
            if parts.is_without_texts
            else NotFound("ticket_not_found")
        )
    ticket = whole(
        parts.view,
        parts.content,
        times=parts.times,
        deliveries=parts.deliveries,
        language=caller.language,
    )
    return answered(ticket, headers={"etag": f'"{ticket.version}"'})


@router.get(
    "/{code}/timeline",
    operation_id="ticket_timeline",
    summary="Read a ticket's timeline",
    responses=gives(TicketTimeline),
)
async def ticket_timeline(code: CodePath, caller: Reader) -> Response:
    """Give every step of the ticket, oldest first, with its texts."""
    return answered(TicketTimeline(code=code, steps=await timeline_of(caller, code)))


async def timeline_of(caller: Caller, code: str) -> list[TimelineStep]:
    """Give every step of a ticket, in words; raises what keeps it from being read."""
    steps, contents = await asyncio.gather(
        caller.query("routing", "timeline", Timeline(code=code), list[Step]),
        caller.query(
            "intake", "describe_tickets", DescribeTickets(codes=[code]), dict[str, TicketContent]
        ),
        return_exceptions=True,
    )
    case, content = needed(steps), needed(contents).get(code)
    if content is None:
        raise NotFound("ticket_not_found")
    merged = story.told(
        case,
        registered_at=content.registered_at,
        requester=content.requester.id,
        messages=sorted(
            [*content.messages, *await _messages_of_merged(caller, case)],
            key=lambda message: message.at,
        ),
    )
    return story.for_staff(merged, caller.language)


async def _messages_of_merged(caller: Caller, case: list[Step]) -> list[Message]:
    """Give what was written to the tickets that were merged into one, since they were."""
    heard = {step.data["ticket"]: step.at for step in reversed(case) if step.type == _HEARD}
    if not heard:
        return []
    request = DescribeTickets(codes=sorted(heard)[:_MOST_DESCRIBED])
    found = await caller.optional("intake", "describe_tickets", request, dict[str, TicketContent])
    return [
        message
        for code, content in (found or {}).items()
        for message in content.messages
        if message.at >= heard[code] - _ON_THE_WAY
    ]


@router.post(
    "/{code}/actions/{action}",
    operation_id="act",
    summary="Do an action",
    responses=gives(TicketView, description="Done; the ticket as it stands now."),
)
async def act(
    code: CodePath,
    action: Annotated[
        str,
        Path(
            pattern=r"^[a-z][a-z-]{1,31}$",
            description="One of the ticket's `actions`: `assign`, `claim`, `log-work`, `refer`, "
            "`escalate`, `return`, `ask`, `answer`, `note`, `done`, `approve`, `send-back`, "
            "`finish`, `decline`, `withdraw`, `reopen`, `prioritise`, ...",
            examples=["log-work"],
        ),
    ],
    caller: Worker,
    arguments: Annotated[
        FreeForm | None,
        Body(
            description="The arguments of the action.",
            examples=[
                {"work_group": "network", "duration": "PT15M", "note": "کابل عوض شد."},
            ],
        ),
    ] = None,
    behalf: Annotated[
        str | None,
        Header(
            alias="Peygir-Behalf",
            min_length=1,
            max_length=200,
            description="Whose deed it was; needs the right `import`.",
        ),
    ] = None,
) -> Response:
    """Do what the workflow and the caller's rights allow now; 409 when the state does not.

    `snooze` takes an instant (`until`), or `when`: `tomorrow`, `next_working_day` or `next_week`,
    by the calendar of the caller's unit.
    """
    if behalf is not None:
        caller.identity.require("import")
    view = await acted(caller, code, action, arguments or {}, behalf=behalf)
    return answered(view, headers={"etag": f'"{view.version}"', **caller.replay_headers()})


async def acted(
    caller: Caller,
    code: str,
    action: str,
    arguments: dict[str, Any],
    *,
    behalf: str | None = None,
) -> TicketView:
    """Have routing do an action; gives the ticket as it stands then."""
    request = Act(code=code, action=action, arguments=arguments, behalf=behalf)
    return await caller.command("routing", "act", request, TicketView)


@router.post(
    "/{code}/deliveries/{delivery}/acknowledge",
    operation_id="acknowledge_delivery",
    summary="Take note of a message",
    responses=gives(DeliveryView, description="It is known; nobody else is told because of it."),
)
async def acknowledge_delivery(
    code: CodePath,
    delivery: Annotated[str, Path(max_length=200, description="Id of the delivery.")],
    caller: Worker,
) -> Response:
    """Say that one has taken note: the ladder that the message is a step of ends."""
    # Routing alone knows whether the caller may see this ticket.
    await caller.query("routing", "ticket", GetTicket(code=code), TicketView)
    request = AcknowledgeDelivery(code=code, delivery=delivery)
    view = await caller.command("notify", "acknowledge_delivery", request, DeliveryView)
    return answered(view, headers=caller.replay_headers())

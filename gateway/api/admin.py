"""What administrators define and operators repair.

Definitions are the services' own requests: what may stand in them is said once, in `contracts`.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal, NamedTuple

import msgspec
from fastapi import APIRouter, Path, Query, Request, Response

from chassis.errors import FieldFault, Invalid, Unavailable
from contracts.calls.base import Answer, Nothing
from contracts.calls.base import Request as CallRequest
from contracts.calls.intake import DefineSubject, Subject
from contracts.calls.routing import (
    DefinePerson,
    DefineRule,
    DefineUnit,
    DefineWorkflow,
    Rule,
    Staff,
    StaffMember,
    Unit,
    WorkflowView,
)
from contracts.calls.sla import AgreementView, CalendarView, DefineAgreement, DefineCalendar
from gateway.access import Caller, allow, allow_command
from gateway.answers import REF_TEMPLATE, SCHEMAS, answered, gives
from gateway.documents import SlugPath
from gateway.json_bodies import StrictRoute
from gateway.stuck import SERVICES, ListStuck, StuckId, StuckRow

router = APIRouter(prefix="/api/v1/admin", tags=["admin"], route_class=StrictRoute)

Admin = Annotated[Caller, allow("admin.change")]
AdminCommand = Annotated[Caller, allow_command("admin.change")]
Operator = Annotated[Caller, allow("system.operate")]
OperatorCommand = Annotated[Caller, allow_command("system.operate")]


class Definition(NamedTuple):
    """Something that administrators define: where it is listed and how it is changed."""

    path: str
    #: In summaries: `unit`.
    noun: str
    service: str
    list_query: str
    item: type[Answer]
    command: str
    request: type[CallRequest]
    answer: type[Answer]


DEFINITIONS: Final = (
    Definition(
        "subjects", "subject", "intake", "subjects", Subject, "define_subject", DefineSubject, Subject
    ),
    Definition("units", "unit", "routing", "units", Unit, "define_unit", DefineUnit, Unit),
    Definition(
        "people", "person", "routing", "staff", StaffMember, "define_person", DefinePerson, Staff
    ),
    Definition("rules", "rule", "routing", "rules", Rule, "define_rule", DefineRule, Rule),
    Definition(
        "workflows",
        "workflow",
        "routing",
        "workflows",
        WorkflowView,
        "define_workflow",
        DefineWorkflow,
        WorkflowView,
    ),
    Definition(
        "agreements",
        "agreement",
        "sla",
        "agreements",
        AgreementView,
        "define_agreement",
        DefineAgreement,
        AgreementView,
    ),
    Definition(
        "calendars",
        "calendar",
        "sla",
        "calendars",
        CalendarView,
        "define_calendar",
        DefineCalendar,
        CalendarView,
    ),
)


def _offer(definition: Definition) -> None:
    """Make the two routes of a definition."""

    async def list_all(caller: Admin) -> Response:
        items = list[definition.item]  # type: ignore[name-defined]  # a type made at run time
        return answered(
            await caller.query(definition.service, definition.list_query, Nothing(), items)
        )

    async def define(id: SlugPath, request: Request, caller: AdminCommand) -> Response:  # noqa: A002 - the name in the address
        body = read_as(definition.request, await request.json(), id=id)
        view = await caller.command(
            definition.service, definition.command, body, definition.answer
        )
        return answered(view, headers=caller.replay_headers())

    router.add_api_route(
        f"/{definition.path}",
        list_all,
        methods=["GET"],
        operation_id=f"list_{definition.path}_to_change",
        summary=f"Every {definition.noun}",
        description=f"Give every {definition.noun}, also such as are out of use.",
        responses=gives(list[definition.item]),  # type: ignore[name-defined]
    )
    router.add_api_route(
        f"/{definition.path}/{{id}}",
        define,
        methods=["PUT"],
        operation_id=definition.command,
        summary=f"Define a {definition.noun}",
        description=f"Make the {definition.noun}, or change it to what is sent.",
        responses=gives(definition.answer, description="Defined."),
        openapi_extra=_takes(definition.request),
    )


def read_as(kind: type[CallRequest], document: Any, **given: str) -> CallRequest:
    """Read a document as a request, with values that the address gives; raises Invalid."""
    if not isinstance(document, dict):
        raise _faulty("", "wrong_type")
    twice = next((name for name in given if name in document), None)
    if twice is not None:
        raise _faulty(f"/{twice}", "unknown_field")
    try:
        return msgspec.convert({**document, **given}, kind)
    except msgspec.ValidationError as error:
        raise _as_told(str(error)) from None


_PLACE: Final = re.compile(r"\.([^.\[\]`]+)|\[(\d+|\.\.\.)\]")
_MISSING: Final = re.compile(r"missing required field `([^`]+)`")
_UNKNOWN: Final = re.compile(r"unknown field `([^`]+)`")


def _as_told(message: str) -> Invalid:
    """Read msgspec's message, such as "Expected `str`, got `int` - at `$.title.fa`"."""
    said, _, place = message.partition(" - at `$")
    pointer = "".join(f"/{name or index}" for name, index in _PLACE.findall(place))
    for pattern, code in ((_MISSING, "required"), (_UNKNOWN, "unknown_field")):
        found = pattern.search(said)
        if found:
            return _faulty(f"{pointer}/{found[1]}", code)
    return _faulty(pointer, "malformed")


def _faulty(pointer: str, code: str) -> Invalid:
    return Invalid("request_invalid", fields=[FieldFault(pointer=pointer, code=code)])


def _takes(kind: type[CallRequest]) -> dict[str, Any]:
    """Describe a body: the request without the id, which stands in the address."""
    _, components = msgspec.json.schema_components((kind,), ref_template=REF_TEMPLATE)
    schema = components.pop(kind.__name__)
    schema["properties"].pop("id")
    schema["required"].remove("id")
    schema["additionalProperties"] = False
    SCHEMAS.update(components, **{kind.__name__: schema})
    reference = {"$ref": REF_TEMPLATE.format(name=kind.__name__)}
    return {
        "requestBody": {"required": True, "content": {"application/json": {"schema": reference}}}
    }


for _definition in DEFINITIONS:
    _offer(_definition)

Service = Annotated[
    Literal["routing", "sla", "notify", "reporting"],
    Path(description="The service that could not apply the event."),
]
StuckPath = Annotated[str, Path(max_length=200, description="Id of the row.")]


class StuckAnswer(Answer):
    """What is stuck, by service; services that do not answer now are named."""

    stuck: dict[str, list[StuckRow]]
    unavailable: list[str]


@router.get(
    "/stuck",
    operation_id="list_stuck",
    summary="Stuck events",
    responses=gives(StuckAnswer),
)
async def list_stuck(
    caller: Operator,
    lagging: Annotated[bool, Query(description="Also what is still being tried.")] = False,  # noqa: FBT002 - a query parameter
) -> Response:
    """Give the events that services could not apply, oldest first."""
    stuck: dict[str, list[StuckRow]] = {}
    unavailable: list[str] = []
    for service in SERVICES:
        rows = await caller.optional(
            service, "stuck_list", ListStuck(lagging=lagging), list[StuckRow]
        )
        if rows is None:
            unavailable.append(service)
        else:
            stuck[service] = rows
    if not stuck:
        raise Unavailable("service_unavailable")
    return answered(StuckAnswer(stuck=stuck, unavailable=unavailable))


@router.post(
    "/stuck/{service}/{id}/retry",
    operation_id="retry_stuck",
    summary="Try a stuck event again",
    responses=gives(dict[str, bool], description="It is being tried."),
)
async def retry_stuck(service: Service, id: StuckPath, caller: OperatorCommand) -> Response:  # noqa: A002
    """Have the event tried again now."""
    answer = await caller.command(service, "stuck_retry", StuckId(id=id), dict[str, bool])
    return answered(answer)


@router.post(
    "/stuck/{service}/{id}/skip",
    operation_id="skip_stuck",
    summary="Pass over a stuck event",
    responses=gives(dict[str, int], description="Passed over: the sequence of the event."),
)
async def skip_stuck(service: Service, id: StuckPath, caller: OperatorCommand) -> Response:  # noqa: A002
    """Pass over the one event that cannot be applied; it is recorded who did."""
    answer = await caller.command(service, "stuck_skip", StuckId(id=id), dict[str, int])
    return answered(answer)

"""What administrators define: subjects, organisation, rules, workflows, agreements, calendars.

Definitions are the services' own requests: what may stand in them is said once, in `contracts`.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, NamedTuple

import msgspec
from fastapi import APIRouter, Request, Response

from chassis.errors import FieldFault, Invalid
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
from gateway.access import allow, allow_command
from gateway.answers import REF_TEMPLATE, SCHEMAS, answered, gives
from gateway.caller import Caller
from gateway.documents import SlugPath
from gateway.json_bodies import StrictRoute

router = APIRouter(prefix="/api/v1/admin", tags=["admin"], route_class=StrictRoute)

Admin = Annotated[Caller, allow("admin.change")]
AdminCommand = Annotated[Caller, allow_command("admin.change")]


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
    #: Whoever is defined signs in again: role, unit, password or leave to work may be others now.
    ends_sessions: bool = False


DEFINITIONS: Final = (
    Definition(
        "subjects",
        "subject",
        "intake",
        "subjects",
        Subject,
        "define_subject",
        DefineSubject,
        Subject,
    ),
    Definition("units", "unit", "routing", "units", Unit, "define_unit", DefineUnit, Unit),
    Definition(
        "people",
        "person",
        "routing",
        "staff",
        StaffMember,
        "define_person",
        DefinePerson,
        Staff,
        ends_sessions=True,
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
        view = await caller.command(definition.service, definition.command, body, definition.answer)
        if definition.ends_sessions:
            await caller.gateway.revocations.end_all_of(id)
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
        openapi_extra=takes(definition.request),
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


def takes(kind: type[CallRequest]) -> dict[str, Any]:
    """Describe a body: the request without its id, which stands in the address."""
    _, components = msgspec.json.schema_components((kind,), ref_template=REF_TEMPLATE)
    schema = components.pop(kind.__name__)
    if schema["properties"].pop("id", None):
        schema["required"].remove("id")
    schema["additionalProperties"] = False
    SCHEMAS.update(components, **{kind.__name__: schema})
    reference = {"$ref": REF_TEMPLATE.format(name=kind.__name__)}
    return {
        "requestBody": {"required": True, "content": {"application/json": {"schema": reference}}}
    }


for _definition in DEFINITIONS:
    _offer(_definition)

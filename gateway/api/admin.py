"""What administrators define: subjects, organisation, rules, workflows and promises in time.

Definitions are the services' own requests: what may stand in them is said once, in `contracts`.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, NamedTuple

import msgspec
from fastapi import APIRouter, Request, Response

from chassis.errors import FieldFault, Invalid
from chassis.shapes import shape_fault
from contracts.calls.base import Answer, Nothing
from contracts.calls.base import Request as CallRequest
from contracts.calls.forms import DefineBlock, DefineForm, FormView
from contracts.calls.intake import DefineSubject, DefineWordGroup, Subject, WordGroup
from contracts.calls.routing import (
    DefineMacro,
    DefinePartner,
    DefinePerson,
    DefineRule,
    DefineUnit,
    DefineWorkflow,
    Macro,
    PartnerView,
    Rule,
    Staff,
    StaffMember,
    Unit,
    WorkflowView,
)
from contracts.calls.sla import (
    AgreementView,
    CalendarView,
    DefineAgreement,
    DefineCalendar,
    DefineHolidays,
    GetHolidays,
    HolidaysView,
)
from gateway.access import allow, allow_command
from gateway.answers import REF_TEMPLATE, SCHEMAS, answered, gives
from gateway.api import examples
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
    #: The query of a single one, where a list of all is long.
    one_query: tuple[str, type[CallRequest]] | None = None
    #: A body, and the codes of faults that `errors` may name in it.
    example: examples.Example | None = None


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
    Definition(
        "blocks",
        "block of fields",
        "intake",
        "block_definitions",
        FormView,
        "define_block",
        DefineBlock,
        FormView,
        example=examples.BLOCK,
    ),
    Definition(
        "forms",
        "form",
        "intake",
        "form_definitions",
        FormView,
        "define_form",
        DefineForm,
        FormView,
        example=examples.FORM,
    ),
    Definition(
        "word-groups",
        "group of words",
        "intake",
        "word_groups",
        WordGroup,
        "define_word_group",
        DefineWordGroup,
        WordGroup,
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
        "partners",
        "partner outside",
        "routing",
        "partners",
        PartnerView,
        "define_partner",
        DefinePartner,
        PartnerView,
    ),
    Definition(
        "workflows",
        "workflow",
        "routing",
        "workflows",
        WorkflowView,
        "define_workflow",
        DefineWorkflow,
        WorkflowView,
        example=examples.WORKFLOW,
    ),
    Definition(
        "macros", "standard answer", "routing", "macros", Macro, "define_macro", DefineMacro, Macro
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
        example=examples.CALENDAR,
    ),
    Definition(
        "holidays",
        "list of holidays",
        "sla",
        "holidays",
        HolidaysView,
        "define_holidays",
        DefineHolidays,
        HolidaysView,
        one_query=("holiday_list", GetHolidays),
        example=examples.HOLIDAYS,
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
        responses=gives(
            list[definition.item],  # type: ignore[name-defined]
            example=[definition.example.answer] if definition.example else None,
        ),
    )
    router.add_api_route(
        f"/{definition.path}/{{id}}",
        define,
        methods=["PUT"],
        operation_id=definition.command,
        summary=f"Define a {definition.noun}",
        description=_described(definition),
        responses=gives(
            definition.answer,
            description="Defined.",
            example=definition.example.answer if definition.example else None,
        ),
        openapi_extra=takes(definition.request, definition.example),
    )
    if definition.one_query is not None:
        _offer_one(definition, *definition.one_query)


def _offer_one(definition: Definition, query: str, request: type[CallRequest]) -> None:
    async def read(id: SlugPath, caller: Admin) -> Response:  # noqa: A002 - the name in the address
        asked = msgspec.convert({"id": id}, request)
        return answered(await caller.query(definition.service, query, asked, definition.item))

    router.add_api_route(
        f"/{definition.path}/{{id}}",
        read,
        methods=["GET"],
        operation_id=f"read_{definition.path}",
        summary=f"A {definition.noun}",
        description=f"Give the newest version of a {definition.noun}.",
        responses=gives(
            definition.item, example=definition.example.answer if definition.example else None
        ),
    )


def _described(definition: Definition) -> str:
    text = f"Make the {definition.noun}, or change it to what is sent."
    if definition.example is None:
        return text
    codes = ", ".join(f"`{code}`" for code in definition.example.faults)
    return (
        f"{text}\n\n{definition.example.note}\n\n"
        f"A wrong one is refused with `{definition.example.code}`; `errors` may name {codes}."
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
        raise Invalid("request_invalid", fields=[shape_fault(error)]) from None


def _faulty(pointer: str, code: str) -> Invalid:
    return Invalid("request_invalid", fields=[FieldFault(pointer=pointer, code=code)])


def takes(
    kind: type[CallRequest],
    example: examples.Example | None = None,
    *,
    without: tuple[str, ...] = ("id",),
) -> dict[str, Any]:
    """Describe a body: the request without its id, or whatever else stands in the address."""
    _, components = msgspec.json.schema_components((kind,), ref_template=REF_TEMPLATE)
    schema = components.pop(kind.__name__)
    for name in without:
        if schema["properties"].pop(name, None):
            schema["required"].remove(name)
    schema["additionalProperties"] = False
    SCHEMAS.update(components, **{kind.__name__: schema})
    content: dict[str, Any] = {"schema": {"$ref": REF_TEMPLATE.format(name=kind.__name__)}}
    if example is not None:
        content["examples"] = {"example": {"value": {"definition": example.answer["definition"]}}}
    return {"requestBody": {"required": True, "content": {"application/json": content}}}


for _definition in DEFINITIONS:
    _offer(_definition)

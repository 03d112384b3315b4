"""The catalogue of subjects as a tree, one of them open as a form."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from chassis.errors import DomainError, NotFound
from contracts.calls.base import Nothing
from contracts.calls.intake import DefineSubject, Subject
from contracts.calls.routing import ExplainRules, RulesExplained
from gateway.admin.editing import Fields, faults_by_field, led_to
from gateway.admin.known import known_to
from gateway.admin.organisation.trees import in_tree
from gateway.admin.sections import Admin, admin_page
from gateway.api.admin import read_as
from gateway.caller import Caller
from gateway.errors import detail_of
from gateway.pages.forms import key_of, new_key, read_pairs
from gateway.pages.staff import StaffRoute

router = APIRouter(prefix="/admin/subjects", include_in_schema=False, route_class=StaffRoute)

_KINDS: Final = ("request", "question", "complaint", "suggestion", "incident")


@router.get("")
async def show(request: Request, caller: Admin) -> Response:
    """Show the tree; `open` names a subject, `below` the one under which a new one is to be."""
    asked = request.query_params
    new = {"parent": asked.get("below")} if "below" in asked else None
    return await _page(request, caller, asked.get("open"), new)


@router.post("")
async def define(request: Request, caller: Admin) -> Response:
    """Make a subject or change it."""
    fields = Fields(await read_pairs(request))
    caller.key = key_of(fields.first_values())
    given: dict[str, Any] = {
        "id": fields.get("subject").lower(),
        "title": fields.words("title"),
        "kind": fields.get("kind"),
        "parent": fields.get("parent") or None,
        "form": fields.get("asked_form") or None,
        "active": fields.get("active") == "yes",
    }
    try:
        asked = read_as(DefineSubject, given)
        await caller.command("intake", "define_subject", asked, Subject)
    except DomainError as error:
        opened = given["id"] if fields.get("known") else None
        return await _page(request, caller, opened, given, error)
    return led_to(request, f"/admin/subjects?open={given['id']}&saved=yes")


async def _way(caller: Caller, subject: str) -> RulesExplained | None:
    asked = ExplainRules(subject=subject, language=caller.language)
    try:
        return await caller.optional("routing", "explain_rules", asked, RulesExplained)
    except DomainError:
        # The page is about the subject; where its requests go is said where it can be.
        return None


async def _page(
    request: Request,
    caller: Caller,
    opened: str | None,
    given: dict[str, Any] | None = None,
    error: DomainError | None = None,
) -> Response:
    subjects, known = await asyncio.gather(
        caller.query("intake", "subjects", Nothing(), list[Subject]), known_to(caller)
    )
    found = next((each for each in subjects if each.id == opened), None)
    if opened and found is None:
        raise NotFound("subject_unknown")
    return admin_page(
        request,
        caller,
        "admin/subjects.html",
        status=error.status if error else 200,
        branches=in_tree(subjects, lambda each: each.id, lambda each: each.parent),
        opened=found,
        given=given,
        way=await _way(caller, found.id) if found and found.active else None,
        known=known,
        kinds={kind: known.value("kind", kind) for kind in _KINDS},
        saved="saved" in request.query_params,
        typed=faults_by_field(error, caller.language),
        summary=detail_of(error, caller.language) if error else "",
        key=new_key(),
        away=known.unavailable,
    )

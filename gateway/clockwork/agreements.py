"""Agreements and their ladders, from the list to the next version.

The editor's form carries the whole draft: nothing is kept on our side between two submits.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request, Response
from starlette.responses import RedirectResponse

from chassis.errors import DomainError
from contracts.calls.sla import AgreementView, DefineAgreement
from contracts.calls.versions import Version
from gateway.admin.sections import Admin, admin_page
from gateway.api import trials, versions
from gateway.api.admin import read_as
from gateway.caller import Caller
from gateway.clockwork.differing import changes, faults_in
from gateway.clockwork.fields import add_row, given, remove_row, tree
from gateway.clockwork.known import (
    TRIED_DAYS,
    Choices,
    choices_for,
    helpers,
    in_words,
    tried_days,
)
from gateway.clockwork.terms import blank, definition_of, model_of
from gateway.pages.forms import key_of, read_form, read_pairs
from gateway.pages.staff import StaffRoute, is_part

router = APIRouter(prefix="/admin/agreements", include_in_schema=False, route_class=StaffRoute)

Name = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]

_NEW: Final = "new"
_MOST_FIELDS: Final = 2000


@router.get("")
async def list_all(request: Request, caller: Admin) -> Response:
    """List the agreements, each with what it promises."""
    choices = await choices_for(caller)
    rows = [(view, in_words(view, choices)) for view in choices.agreements]
    return admin_page(request, caller, "clockwork/agreements.html", rows=rows)


@router.get("/{name}")
async def show(request: Request, caller: Admin, name: Name) -> Response:
    """Show one agreement in words, with its versions and what differs between two."""
    if name == _NEW:
        return await _editor(request, caller, "", blank())
    found = await versions.versions(caller, "agreement", name)
    choices = await choices_for(caller)
    shown = _version(found, request.query_params.get("version"))
    against = next((each for each in found if each.version == shown.version - 1), None)
    view = AgreementView(id=name, version=shown.version, definition=shown.definition)
    return admin_page(
        request,
        caller,
        "clockwork/agreement.html",
        name=name,
        versions=found,
        shown=shown,
        definition=given(shown.definition),
        sheet=in_words(view, choices),
        against=against,
        changes=changes(against.definition, shown.definition, caller.language) if against else [],
        directory=choices.names,
        **helpers(caller.language, choices),
        published=request.query_params.get("published") == "1",
    )


@router.get("/{name}/edit")
async def edit(request: Request, caller: Admin, name: Name) -> Response:
    """Show the newest version in the editor."""
    newest = (await versions.versions(caller, "agreement", name))[0]
    zone = caller.gateway.settings.zone
    return await _editor(request, caller, name, model_of(newest.definition, caller.language, zone))


@router.post("/{name}/edit")
async def change(request: Request, caller: Admin, name: Name) -> Response:
    """Do what the editor asks for: a row more or less, a check, a trial, a version."""
    fields = await read_pairs(request, most=_MOST_FIELDS)
    model = tree(fields)
    verb, _, about = str(model.get("do") or "check").partition(":")
    chosen = str(model.get("id") or "") if name == _NEW else name
    if verb in ("add", "remove"):
        (add_row if verb == "add" else remove_row)(model, about)
        return await _editor(request, caller, chosen, model)
    caller.key = key_of(dict(fields))
    definition = definition_of(model, caller.gateway.settings.zone)
    try:
        return await _done(request, caller, verb, chosen, model, definition)
    except DomainError as error:
        return await _editor(request, caller, chosen, model, error=error)


@router.post("/{name}/restore")
async def restore(request: Request, caller: Admin, name: Name) -> Response:
    """Publish an earlier version anew."""
    fields = await read_form(request)
    caller.key = key_of(fields)
    found = await versions.versions(caller, "agreement", name)
    await _published(caller, name, _version(found, fields.get("version")).definition)
    return RedirectResponse(f"/admin/agreements/{name}?published=1", 303)


async def _done(
    request: Request,
    caller: Caller,
    verb: str,
    name: str,
    model: dict[str, Any],
    definition: dict[str, Any],
) -> Response:
    read_as(DefineAgreement, {"definition": definition}, id=name)
    if verb == "publish":
        await _published(caller, name, definition)
        path = f"/admin/agreements/{name}?published=1"
        if is_part(request):
            return Response(status_code=204, headers={"hx-redirect": path})
        return RedirectResponse(path, 303)
    if verb == "try":
        days = tried_days(model.get("days"))
        trial = await trials.begun("agreement", name, definition, days, caller)
        return await _editor(request, caller, name, model, trial=trial)
    await versions.check(caller, "agreement", name, definition)
    return await _editor(request, caller, name, model, is_sound=True)


async def _published(caller: Caller, name: str, definition: dict[str, Any]) -> None:
    body = read_as(DefineAgreement, {"definition": definition}, id=name)
    await caller.command("sla", "define_agreement", body, AgreementView)


async def _editor(
    request: Request,
    caller: Caller,
    name: str,
    model: dict[str, Any],
    *,
    error: DomainError | None = None,
    **context: Any,
) -> Response:
    choices: Choices = await choices_for(caller)
    known = any(view.id == name for view in choices.agreements)
    faults = faults_in(error, caller.language) if error else []
    return admin_page(
        request,
        caller,
        "clockwork/agreement_form.html" if is_part(request) else "clockwork/editor.html",
        status=error.status if error else 200,
        name=name,
        known=known and not request.url.path.startswith(f"/admin/agreements/{_NEW}"),
        model=given({"match": {}, "title": {}, **model}),
        faults=faults,
        wrong={fault.control: fault.message for fault in faults},
        tried_days=TRIED_DAYS,
        directory=choices.names,
        **helpers(caller.language, choices),
        **{"trial": None, "is_sound": False, **context},
    )


def _version(found: list[Version], wanted: str | None) -> Version:
    """Give a version by its number, the newest without one; raises NotFound."""
    return found[0] if wanted is None else versions.numbered(found, wanted)

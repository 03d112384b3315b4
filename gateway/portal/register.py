"""Registering a request: what it is about, and the form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from chassis.errors import DomainError, KeyReused, Unavailable
from contracts.calls.intake import Subject
from gateway.access import Anyone
from gateway.api.tickets import register
from gateway.caller import Caller
from gateway.documents import NewTicket
from gateway.errors import headers_of
from gateway.pages.forms import faults_of, key_of, new_key, read_pairs
from gateway.pages.questions import said
from gateway.pages.registering import PLACES, sheet_of, shown_of, ticket_of
from gateway.pages.rendering import page, reader_of
from gateway.pages.sheet import Sheet
from gateway.pages.staff import is_part
from gateway.portal import passes
from gateway.portal.choosing import chosen, common, found, groups, known_subjects

router = APIRouter(include_in_schema=False)

_LAST_DIGITS: Final = 4
#: Of a large table each cell is a field.
_MOST_FIELDS: Final = 3000
#: What the page of subjects itself sends.
_OF_CHOOSING: Final = frozenset({"subject", "q", "key", "choose", "chosen"})


@router.get("/new")
async def new(request: Request, caller: Anyone) -> Response:
    """Show the empty form of the subject in the address, or what there is to choose from."""
    typed = [(name, request.query_params.get(name, "")) for name in ("subject", "q")]
    return await _form(request, caller, typed, key=new_key())


@router.post("/new")
async def send(request: Request, caller: Anyone) -> Response:
    """Register what was typed, or show the form again with what is wrong and all that was typed.

    It comes again, too, when the subject or the answers lead to questions that the page did not
    have; and with other subjects, where somebody wants to choose again.
    """
    typed = await read_pairs(request, most=_MOST_FIELDS)
    values = dict(typed)
    caller.key, caller.language = key_of(values), reader_of(request)
    if "choose" in values or "chosen" in values:
        return await _form(request, caller, typed, key=caller.key)
    try:
        sheet = await sheet_of(caller, typed)
        if sheet is not None and sheet.is_to_be_shown:
            return await _form(request, caller, typed, key=caller.key, sheet=sheet, goes_on=True)
        ticket = ticket_of(values, sheet, caller.language)
        registered = await register(caller, ticket)
    except DomainError as error:
        # A key that was used for another text is spent; the next try is meant as a new request.
        key = new_key() if isinstance(error, KeyReused) else caller.key
        return await _form(request, caller, typed, key=key, error=error)
    response = RedirectResponse(f"/registered/{registered.code}", status_code=303)
    passes.give(request, response, registered.code, _proof(ticket))
    return response


async def _form(
    request: Request,
    caller: Caller,
    typed: Sequence[tuple[str, str]],
    *,
    key: str,
    error: DomainError | None = None,
    sheet: Sheet | None = None,
    goes_on: bool = False,
) -> Response:
    caller.language = reader_of(request)
    try:
        catalogue = await known_subjects(caller)
    except Unavailable:
        # What was typed comes back all the same.
        if error is None:
            raise
        catalogue = []
    values = dict(typed)
    subject = chosen(catalogue, values.get("subject", ""), caller.language)
    if catalogue and ("choose" in values or subject is None):
        return await _choice(request, caller, typed, catalogue, key=key, error=error)
    sheet = sheet or await sheet_of(caller.renewed(), typed)
    return page(
        request,
        "new.html",
        status=error.status if error else 200,
        headers=headers_of(error) if error else {},
        subject=subject,
        about_form=said(sheet.form.form.help, caller.language) if sheet else "",
        goes_on=goes_on and not (sheet and sheet.grow),
        key=key,
        **shown_of(typed, sheet, error, caller.language),
    )


async def _choice(
    request: Request,
    caller: Caller,
    typed: Sequence[tuple[str, str]],
    catalogue: Sequence[Subject],
    *,
    key: str,
    error: DomainError | None,
) -> Response:
    """Show what a request can be about; what was typed already is carried along."""
    values, language = dict(typed), caller.language
    words = values.get("q", "").strip()
    carried = [pair for pair in typed if pair[0] not in _OF_CHOOSING]
    return page(
        request,
        "found.html" if is_part(request) else "choose.html",
        status=error.status if error else 200,
        words=words,
        found=found(catalogue, words, language) if words else [],
        common=[] if words else await common(caller, catalogue, language),
        groups=groups(catalogue, language),
        carried=carried,
        key=key,
        fault=faults_of(error, PLACES, language).fields.get("subject", "") if error else "",
    )


def _proof(ticket: NewTicket) -> str:
    """Give what its requester will prove himself with."""
    requester = ticket.requester
    digits = "".join(filter(str.isdigit, requester.mobile or ""))
    return digits[-_LAST_DIGITS:] or (requester.email or "").lower()

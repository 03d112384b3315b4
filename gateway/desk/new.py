"""Registering a call on the caller's behalf: who calls, what about, in one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from chassis.errors import DomainError, KeyReused, Unavailable
from contracts.addresses import mobile
from contracts.calls.intake import DescribeTickets, Requester, TicketContent
from gateway.answers import TicketLine
from gateway.api.tickets import register
from gateway.caller import Caller
from gateway.desk.screen import requests_of
from gateway.documents import CodePath
from gateway.errors import headers_of
from gateway.pages.forms import key_of, new_key, read_pairs
from gateway.pages.registering import sheet_of, shown_of, ticket_of
from gateway.pages.sheet import Sheet
from gateway.pages.staff import StaffRoute, allow_page, staff_page
from gateway.portal.choosing import found, groups, known_subjects
from gateway.texts import LANGUAGES, latin

router = APIRouter(prefix="/desk/new", include_in_schema=False, route_class=StaffRoute)

Registrar = Annotated[Caller, allow_page("ticket.register_for")]

_MOST_FIELDS: Final = 3000
_LONGEST_WORDS: Final = 80
_CHANNELS: Final = ("phone", "email", "sms", "web")
_ENDED: Final = frozenset({"finished", "declined", "withdrawn", "merged", "handed_off", "done"})


@router.get("")
async def new(request: Request, caller: Registrar) -> Response:
    """Show the empty form; a number may be in the address."""
    typed = [("mobile", request.query_params.get("mobile", ""))]
    return await _form(request, caller, typed, key=new_key())


@router.get("/caller")
async def who_calls(request: Request, caller: Registrar) -> Response:
    """Show what is known of a number: a name, and the requests that came from it."""
    known = await _known(caller, request.query_params.get("mobile", ""))
    who = await caller.names()
    subject = request.query_params.get("subject", "")
    return staff_page(request, caller, "desk/new_caller.html", **known, subject=subject, who=who)


@router.get("/subjects")
async def subjects_like(request: Request, caller: Registrar) -> Response:
    """Suggest subjects for words; none for no words."""
    words = request.query_params.get("q", "")[:_LONGEST_WORDS]
    catalogue = await known_subjects(caller)
    likely = found(catalogue, words, caller.language) if words.strip() else []
    return staff_page(request, caller, "desk/new_subjects.html", found=likely, words=words)


@router.post("")
async def send(request: Request, caller: Registrar) -> Response:
    """Register the call, or show the form again with what is wrong and all that was typed."""
    typed = await read_pairs(request, most=_MOST_FIELDS)
    values = dict(typed)
    caller.key = key_of(values)
    channel = values.get("channel", _CHANNELS[0])
    language = values["language"] if values.get("language") in LANGUAGES else caller.language
    try:
        await known_subjects(caller)
        sheet = await sheet_of(caller.renewed(), typed, channel=channel)
        if sheet is not None and sheet.is_to_be_shown:
            return await _form(request, caller, typed, key=caller.key, sheet=sheet, goes_on=True)
        ticket = ticket_of(values, sheet, language, channel=channel)
        registered = await register(caller.renewed(), ticket)
    except DomainError as error:
        # A key that was used for another text is spent; the next try is meant as a new request.
        key = new_key() if isinstance(error, KeyReused) else caller.key
        return await _form(request, caller, typed, key=key, error=error)
    return RedirectResponse(f"/desk/new/{registered.code}", 303)


@router.get("/{code}")
async def registered(request: Request, code: CodePath, caller: Registrar) -> Response:
    """Show the code, large enough to be read out."""
    return staff_page(request, caller, "desk/new_done.html", code=code)


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
    language, values = caller.language, dict(typed)
    try:
        catalogue = await known_subjects(caller.renewed())
    except Unavailable:
        if error is None:
            raise
        catalogue = []
    channel = values.get("channel", _CHANNELS[0])
    sheet = sheet or await sheet_of(caller.renewed(), typed, channel=channel)
    known = await _known(caller.renewed(), values.get("mobile", ""))
    response = staff_page(
        request,
        caller,
        "desk/new.html",
        status=error.status if error else 200,
        groups=groups(catalogue, language),
        channels=_CHANNELS,
        goes_on=goes_on,
        key=key,
        who=await caller.names(),
        subject=values.get("subject", ""),
        **shown_of(typed, sheet, error, language),
        **known,
    )
    if error is not None:
        response.headers.update(headers_of(error))
    return response


async def _known(caller: Caller, typed: str) -> dict[str, Any]:
    """Give what is known of a number; nothing of half a number, or while nobody answers."""
    number = mobile(latin(typed))
    nothing: dict[str, Any] = {"called": number, "requester": None, "lines": [], "open_ones": []}
    if number is None:
        return nothing
    try:
        lines = await requests_of(caller, number)
        requester = await _requester(caller, lines)
    except Unavailable:
        return nothing
    open_ones = [line for line in lines if line.state not in _ENDED]
    return {"called": number, "requester": requester, "lines": lines, "open_ones": open_ones}


async def _requester(caller: Caller, lines: Sequence[TicketLine]) -> Requester | None:
    """Give who asked last from a number."""
    if not lines:
        return None
    request = DescribeTickets(codes=[lines[0].code])
    found = await caller.query("intake", "describe_tickets", request, dict[str, TicketContent])
    content = found.get(lines[0].code)
    return content.requester if content else None

"""What is done to a ticket from its page: each form once, refused with all that was typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from chassis.errors import DomainError, Invalid, KeyReused, Unavailable
from contracts.calls.routing import DropDraft, GetTicket, TicketView
from gateway.api.joining import Part, split_off
from gateway.api.tickets import acted
from gateway.caller import Caller
from gateway.desk.action_forms import arguments_of
from gateway.desk.dock import USES, sheet_for
from gateway.desk.screen import look
from gateway.desk.ticket import Reader, whole_page
from gateway.documents import CodePath
from gateway.errors import detail_of, headers_of
from gateway.pages.forms import checked, key_of, new_key, read_pairs
from gateway.pages.staff import StaffRoute, is_part, staff_page

router = APIRouter(prefix="/desk/tickets", include_in_schema=False, route_class=StaffRoute)

_MOST_FIELDS: Final = 3000
#: What takes an action back, where nothing else has happened by it: with the arguments it needs.
_UNDO: Final = {
    "follow": ("unfollow", ()),
    "unfollow": ("follow", ()),
    "snooze": ("wake", ()),
    "link": ("unlink", ("to",)),
    "attach": ("detach", ()),
    "prioritise": ("prioritise", ("priority",)),
}


class _Unfinished(Exception):
    """The answers lead to questions that the page did not have."""


@router.post("/{code}/actions/{action}")
async def do(request: Request, code: CodePath, action: str, caller: Reader) -> Response:
    """Do an action, or show its form again with what is wrong and all that was typed."""
    typed = await read_pairs(request, most=_MOST_FIELDS)
    values = dict(typed)
    caller.key = key_of(values)
    before: TicketView | None = None
    try:
        before = await caller.query("routing", "ticket", GetTicket(code=code), TicketView)
        await _do(caller, before, action, typed)
    except _Unfinished:
        return await whole_page(
            request, caller, await look(caller.renewed(), code), action, typed, key=caller.key
        )
    except DomainError as error:
        return await _refused(request, caller, code, action, typed, error)
    if values.get("use") in USES or action in USES:
        await _forget_draft(caller.renewed(), code, caller.key)
    if not is_part(request):
        return RedirectResponse(f"/desk/tickets/{code}?did={quote(action)}", 303)
    screen = await look(caller.renewed(), code)
    return await whole_page(request, caller, screen, did=action, undo=_undo(action, values, before))


async def _do(
    caller: Caller, view: TicketView, action: str, typed: Sequence[tuple[str, str]]
) -> None:
    """Carry an action out; raises what it is refused with."""
    names = await caller.names()
    unit_of = {person.id: person.unit for person in names.people.values()}
    values = dict(typed)
    if "from_proposal" in values:
        arguments: dict[str, Any] = {"from_proposal": values["from_proposal"]}
    else:
        zone = caller.gateway.settings.zone
        arguments = arguments_of(action, values, zone=zone, unit_of=unit_of)
    if action == "split":
        await split_off(caller, view.code, checked(Part, arguments))
        return
    sheet = await sheet_for(caller, view, action, typed)
    if sheet is not None:
        if sheet.is_to_be_shown:
            raise _Unfinished
        if sheet.filled.faults:
            raise Invalid("arguments_invalid", fields=list(sheet.filled.faults))
        arguments["answers"] = sheet.answers
    await acted(caller, view.code, action, arguments)


async def _refused(
    request: Request,
    caller: Caller,
    code: str,
    action: str,
    typed: Sequence[tuple[str, str]],
    error: DomainError,
) -> Response:
    """Show the form again beside the ticket as it stands now, or alone while nothing answers."""
    # A key that was used for another text is spent; the next try is meant as a new one.
    key = new_key() if isinstance(error, KeyReused) else caller.key
    try:
        screen = await look(caller.renewed(), code)
        return await whole_page(request, caller, screen, action, typed, key=key, error=error)
    except Unavailable:
        return _without_ticket(request, caller, code, action, typed, key, error)


def _without_ticket(
    request: Request,
    caller: Caller,
    code: str,
    action: str,
    typed: Sequence[tuple[str, str]],
    key: str,
    error: DomainError,
) -> Response:
    """Keep what was typed: on the page where a script sent it, else on one of its own."""
    is_scripted = is_part(request)
    response = staff_page(
        request,
        caller,
        "desk/ticket_kept_part.html" if is_scripted else "desk/ticket_kept.html",
        status=error.status,
        code=code,
        action=action,
        kept=[pair for pair in typed if pair[0] != "key"],
        key=key,
        detail=detail_of(error, caller.language),
    )
    response.headers.update(headers_of(error))
    if is_scripted:
        response.headers.update({"hx-retarget": "#dock-news", "hx-reswap": "innerHTML"})
    return response


async def _forget_draft(caller: Caller, code: str, sent: str) -> None:
    try:
        await caller.command("routing", "drop_draft", DropDraft(code=code, key=sent), bool)
    except DomainError:
        # What was sent is sent; the draft is only offered once more.
        return


def _undo(
    action: str, values: dict[str, str], before: TicketView
) -> tuple[str, dict[str, str]] | None:
    """Give what takes the action back, and with which values."""
    if action not in _UNDO:
        return None
    back, needed = _UNDO[action]
    was = {**values, "priority": str(before.priority)}
    return back, {name: was.get(name, "") for name in needed}

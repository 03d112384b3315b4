"""A ticket on one page, and the parts of it that are read anew while it is open."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request, Response

from chassis.errors import DomainError, Unavailable
from contracts.calls.routing import DropDraft, SaveDraft
from gateway.api.clocks import explained
from gateway.api.desk import OwnDraft, filled_in, left, looked_at
from gateway.caller import Caller
from gateway.desk.dock import USES, bar_of, dock_of
from gateway.desk.screen import Screen, earlier_of, look
from gateway.documents import CodePath, SlugPath
from gateway.errors import headers_of
from gateway.pages.forms import checked, key_of, read_form
from gateway.pages.staff import StaffRoute, allow_page, is_part, staff_page

router = APIRouter(prefix="/desk/tickets", include_in_schema=False, route_class=StaffRoute)

Reader = Annotated[Caller, allow_page("ticket.read")]
_MOST_SUGGESTED: Final = 8


@router.get("/{code}")
async def show(request: Request, code: CodePath, caller: Reader) -> Response:
    """Show the ticket; to a script of its page what may have changed, but not what is typed."""
    screen = await look(caller, code)
    if is_part(request):
        return await _news(request, caller, screen)
    return await whole_page(request, caller, screen, did=request.query_params.get("did"))


@router.get("/{code}/actions/{action}")
async def open_form(request: Request, code: CodePath, action: str, caller: Reader) -> Response:
    """Open the form of an action, with the ticket around it where no script asks."""
    screen = await look(caller, code)
    if not is_part(request):
        return await whole_page(request, caller, screen, action)
    dock = await dock_of(caller, screen, action)
    return staff_page(request, caller, "desk/ticket_dock.html", screen=screen, dock=dock, code=code)


@router.get("/{code}/clocks/{clock}")
async def explain(request: Request, code: CodePath, clock: SlugPath, caller: Reader) -> Response:
    """Say why a clock is due when it is."""
    told = await explained(caller, code, clock)
    template = "ticket_why_part" if is_part(request) else "ticket_why"
    return staff_page(request, caller, f"desk/{template}.html", told=told, code=code)


@router.get("/{code}/earlier")
async def earlier(request: Request, code: CodePath, caller: Reader) -> Response:
    """Show what else the same requester has asked for."""
    lines, names = await asyncio.gather(earlier_of(caller, code), caller.names())
    template = "ticket_earlier_part" if is_part(request) else "ticket_earlier"
    return staff_page(request, caller, f"desk/{template}.html", lines=lines, who=names, code=code)


@router.post("/{code}/looking")
async def looking(request: Request, code: CodePath, caller: Reader) -> Response:
    """Say that one looks, or writes; gives who else does, and which version the ticket has."""
    values = await read_form(request)
    view, others = await looked_at(caller, code, typing=values.get("typing") == "yes")
    return staff_page(request, caller, "desk/ticket_others.html", others=others, view=view)


@router.post("/{code}/left")
async def leave(request: Request, code: CodePath, caller: Reader) -> Response:
    """Say that one looks no longer."""
    await read_form(request)
    await left(caller, code)
    return Response(status_code=204)


@router.post("/{code}/draft")
async def keep_draft(request: Request, code: CodePath, caller: Reader) -> Response:
    """Keep what one is writing; nothing is kept of an empty text."""
    values = await read_form(request)
    draft = checked(OwnDraft, {"text": values.get("text", ""), "use": values.get("use", "")})
    if draft.text.strip():
        key = key_of(values)
        request_ = SaveDraft(code=code, text=draft.text, use=draft.use, key=key)
        await caller.command("routing", "save_draft", request_, Any)
    else:
        await caller.command("routing", "drop_draft", DropDraft(code=code), bool)
    return Response(status_code=204)


@router.post("/{code}/macros/{macro}")
async def insert_macro(
    request: Request, code: CodePath, macro: SlugPath, caller: Reader
) -> Response:
    """Give a standard answer as it reads for this ticket, as plain text."""
    await read_form(request)
    found = await filled_in(caller, code, macro)
    return Response(found.text, media_type="text/plain", headers={"cache-control": "no-store"})


@router.get("/{code}/people")
async def people(request: Request, code: CodePath, caller: Reader) -> Response:
    """Suggest colleagues for what was typed after an @: the start of a name or of an id."""
    begin = request.query_params.get("q", "").strip().lower()
    names = await caller.names()
    found = [
        person
        for person in names.colleagues()
        if person.id.startswith(begin)
        or any(word.lower().startswith(begin) for word in person.name.split())
    ]
    return staff_page(
        request,
        caller,
        "desk/ticket_people.html",
        people=found[:_MOST_SUGGESTED],
        who=names,
        code=code,
    )


async def _news(request: Request, caller: Caller, screen: Screen) -> Response:
    """Give what changed; `doing` names the form that is open, whose text must stay."""
    doing = request.query_params.get("doing")
    if doing is None:
        dock = None
    elif doing:
        dock = bar_of(caller, screen, doing)
    else:
        dock = await dock_of(caller.renewed(), screen, None)
    return staff_page(
        request,
        caller,
        "desk/ticket_news.html",
        screen=screen,
        code=screen.view.code,
        dock=dock,
        doing=doing,
    )


async def whole_page(  # noqa: PLR0913 - what a form that failed brings with it
    request: Request,
    caller: Caller,
    screen: Screen,
    action: str | None = None,
    typed: Sequence[tuple[str, str]] = (),
    *,
    key: str | None = None,
    error: DomainError | None = None,
    did: str | None = None,
    undo: tuple[str, dict[str, str]] | None = None,
) -> Response:
    """Give the page, or to a script all of it that changes when something was done."""
    dock = await dock_of(caller.renewed(), screen, action, typed, key=key, error=error)
    response = staff_page(
        request,
        caller,
        "desk/ticket_case.html" if is_part(request) else "desk/ticket.html",
        status=error.status if error else 200,
        screen=screen,
        dock=dock,
        code=screen.view.code,
        uses=USES,
        did=did,
        undo=undo,
        away=isinstance(error, Unavailable),
    )
    if error is not None:
        response.headers.update(headers_of(error))
    return response

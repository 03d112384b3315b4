"""Coming in by a one-time code: the contact, the code, and leaving again."""

from __future__ import annotations

import time
from typing import Final

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from chassis.errors import DomainError, TooMany
from contracts.calls.requesters import OwnData
from gateway.access import Anyone
from gateway.api import requester
from gateway.caller import Caller
from gateway.documents import CodeGiven, CodeWanted
from gateway.errors import headers_of
from gateway.pages.forms import Faults, checked, faults_of, key_of, new_key, read_form
from gateway.pages.rendering import Wishes, keep_wishes, page, reader_of
from gateway.portal import coming_in
from gateway.portal.coming_in import Waiting, came_in, next_of

router = APIRouter(prefix="/mine", include_in_schema=False)

_SIGN_IN: Final = "/mine/sign-in"
_CODE: Final = "/mine/code"
_PLACES: Final = {"/contact": "contact", "/code": "code"}


@router.get("/sign-in")
async def ask(request: Request, _caller: Anyone) -> Response:
    """Ask for a mobile number or an e-mail address."""
    wanted = next_of(request.query_params.get("next"))
    contact = request.query_params.get("contact", "")[:254]
    return _contact(request, {"contact": contact, "next": wanted})


@router.post("/sign-in")
async def send(request: Request, caller: Anyone) -> Response:
    """Have a code sent, and ask for it."""
    values = await read_form(request)
    caller.key, caller.language = key_of(values), reader_of(request)
    try:
        contact = checked(CodeWanted, {"contact": values.get("contact", "")}).contact
        return await led_to_code(request, caller, contact, next_of(values.get("next")))
    except DomainError as error:
        return _contact(request, values, error)


@router.get("/code")
async def ask_code(request: Request, _caller: Anyone) -> Response:
    """Ask for the code that was sent."""
    waiting = coming_in.waiting(request)
    return _code(request, waiting) if waiting else RedirectResponse(_SIGN_IN, 303)


@router.post("/code")
async def give_code(request: Request, caller: Anyone) -> Response:
    """Let the requester in, or take the contact that he has proved."""
    values = await read_form(request)
    expected = _expected(request, caller, values)
    if expected is None:
        return RedirectResponse(_SIGN_IN, 303)
    waiting, who = expected
    try:
        given = checked(CodeGiven, {"id": waiting.id, "code": values.get("code", "")})
        if waiting.claims:
            await requester.adopt(who, given)
            response: Response = RedirectResponse("/mine/data?done=contact", 303)
        else:
            session, data = await requester.come_in(who, given)
            response = RedirectResponse(waiting.wanted, 303)
            coming_in.keep(request, response, session)
            wish(request, response, data)
    except DomainError as error:
        return _code(request, waiting, error)
    coming_in.wait_no_more(request, response)
    return response


@router.post("/code/again")
async def send_again(request: Request, caller: Anyone) -> Response:
    """Have another code sent to the same contact."""
    values = await read_form(request)
    expected = _expected(request, caller, values)
    if expected is None:
        return RedirectResponse(_SIGN_IN, 303)
    waiting, who = expected
    try:
        return await led_to_code(request, who, waiting.contact, waiting.wanted)
    except DomainError as error:
        return _code(request, waiting, error)


@router.post("/sign-out")
async def leave(request: Request, caller: Anyone) -> Response:
    """End the session."""
    await read_form(request)
    me = came_in(request, caller)
    if me is not None:
        await requester.leave(me)
    response = RedirectResponse("/mine", 303)
    coming_in.forget(request, response)
    return response


async def led_to_code(request: Request, caller: Caller, contact: str, wanted: str) -> Response:
    """Have a code sent, and lead to where it is typed; raises Invalid, TooMany."""
    asked = await requester.ask(caller, contact)
    response = RedirectResponse(_CODE, 303)
    claims = caller.requester is not None
    coming_in.wait(request, response, asked, claims=claims, wanted=wanted)
    return response


def wish(request: Request, response: Response, data: OwnData) -> None:
    """Have the browser show pages as he wants them."""
    keep_wishes(request, response, Wishes(data.calendar, data.digits), data.language)


def _expected(
    request: Request, caller: Caller, values: dict[str, str]
) -> tuple[Waiting, Caller] | None:
    """Give the code that this browser waits for and who gives it; None where it waits for none."""
    waiting = coming_in.waiting(request)
    me = came_in(request, caller)
    if waiting is None or (waiting.claims and me is None):
        return None
    who = me if waiting.claims and me else caller
    who.key, who.language = key_of(values), reader_of(request)
    return waiting, who


def _contact(
    request: Request, values: dict[str, str], error: DomainError | None = None
) -> Response:
    language = reader_of(request)
    return page(
        request,
        "come_in.html",
        status=error.status if error else 200,
        headers=headers_of(error) if error else {},
        values=values,
        key=new_key(),
        faults=faults_of(error, _PLACES, language) if error else Faults(),
        away=error is not None and error.status == 503,  # noqa: PLR2004 - the status itself
    )


def _code(request: Request, waiting: Waiting, error: DomainError | None = None) -> Response:
    language = reader_of(request)
    faults = faults_of(error, _PLACES, language) if error else Faults()
    if error is not None and error.code == "one_time_code_wrong":
        faults = Faults(faults.summary, {"code": faults.summary})
    wait = waiting.again - time.time()
    if isinstance(error, TooMany) and error.retry_after:
        wait = max(wait, error.retry_after)
    return page(
        request,
        "code.html",
        status=error.status if error else 200,
        headers=headers_of(error) if error else {},
        waiting=waiting,
        wait=max(0, int(wait) + 1) if wait > 0 else 0,
        key=new_key(),
        faults=faults,
        away=error is not None and error.status == 503,  # noqa: PLR2004 - the status itself
    )

"""Following a request: code and proof, then its state in plain words, and what can be done."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Mapping
from typing import Annotated, Final, Literal

import msgspec
from fastapi import APIRouter, Path, Request, Response
from pydantic import TypeAdapter, ValidationError
from starlette.responses import RedirectResponse

from chassis.errors import DomainError, FieldFault, Invalid, NotFound, Unavailable
from contracts.routing import ENDED
from gateway.access import Anyone
from gateway.answers import FollowedTicket
from gateway.api import requester, track
from gateway.caller import Caller
from gateway.documents import CodePath, Feedback, NewMessage, Reason, without_separators
from gateway.errors import headers_of
from gateway.pages.forms import Faults, checked, faults_of, key_of, new_key, read_form
from gateway.pages.rendering import page, reader_of
from gateway.pages.staff import is_part
from gateway.portal import passes
from gateway.portal.coming_in import came_in
from gateway.texts import has, latin

router = APIRouter(prefix="/track", include_in_schema=False)

_PLACES: Final = {
    "/code": "code",
    "/path/code": "code",
    "/proof": "proof",
    "/text": "text",
    "/score": "score",
    "/comment": "comment",
    "/reason": "reason",
}
_OK: Final = 200
_UNCHANGED: Final = 204
#: The stages on the way, as the page draws them.
_STAGES: Final = ("new", "in_progress", "done", "finished")
#: A code in the address of a page may be anything: what is none gets the form, not an error.
AnyCode = Annotated[str, Path(max_length=64)]


@router.get("")
async def ask(request: Request, _caller: Anyone) -> Response:
    """Ask for code and proof; the link in a message brings the code along."""
    return _form(request, {"code": request.query_params.get("code", "")})


@router.post("")
async def prove(request: Request, caller: Anyone) -> Response:
    """Let the requester in, or show the form again."""
    values = await read_form(request)
    caller.language = reader_of(request)
    code = without_separators(values.get("code", ""))
    try:
        _check(code, values)
        await track.count_try(caller, code)
        await track.proved(caller, code, values["proof"])
    except DomainError as error:
        return _form(request, values, error)
    response = RedirectResponse(f"/track/{code}", status_code=303)
    passes.give(request, response, code, latin(values["proof"]).strip())
    return response


@router.get("/{code}")
async def show(request: Request, code: AnyCode, caller: Anyone) -> Response:
    """Show the ticket to who has proved himself, and ask everybody else.

    A script asks for what is new: it gets no page that it could not put into the one that is shown.
    """
    known = without_separators(code)
    proof = passes.proof_for(request, known)
    if proof is None and is_part(request):
        raise NotFound("tracking_refused")
    if proof is None:
        proof = await _own_proof(request, caller, known)
    if proof is None:
        return _form(request, {"code": code})
    response = await _ticket(request, caller, known, proof)
    if response.status_code == _OK and not is_part(request):
        passes.give(request, response, known, proof)
    return response


@router.post("/{code}/messages")
async def write(request: Request, code: CodePath, caller: Anyone) -> Response:
    """Take what the requester writes."""
    proof = passes.proof_for(request, code)
    if proof is None:
        return RedirectResponse(f"/track/{code}", status_code=303)
    values = await read_form(request)
    caller.key = key_of(values)
    try:
        message = checked(NewMessage, {"text": values.get("text", "")})
        await track.write(caller, code, proof, message)
    except DomainError as error:
        return await _ticket(request, caller, code, proof, values=values, error=error)
    return RedirectResponse(f"/track/{code}?thanks=message", status_code=303)


@router.post("/{code}/feedback")
async def rate(request: Request, code: CodePath, caller: Anyone) -> Response:
    """Take the requester's rating."""
    proof = passes.proof_for(request, code)
    if proof is None:
        return RedirectResponse(f"/track/{code}", status_code=303)
    values = await read_form(request)
    caller.key = key_of(values)
    given = {"score": values.get("score"), "comment": values.get("comment", "").strip() or None}
    try:
        await track.rate(caller, code, proof, checked(Feedback, given))
    except DomainError as error:
        return await _ticket(request, caller, code, proof, values=values, error=error)
    return RedirectResponse(f"/track/{code}?thanks=rating", status_code=303)


@router.post("/{code}/actions/{action}")
async def act(
    request: Request, code: CodePath, action: Literal["reopen", "withdraw"], caller: Anyone
) -> Response:
    """Take a finished request up again, or take an unfinished one back."""
    proof = passes.proof_for(request, code)
    if proof is None:
        return RedirectResponse(f"/track/{code}", status_code=303)
    values = await read_form(request)
    caller.key = key_of(values)
    try:
        given = checked(Reason, {"reason": values.get("reason", "").strip() or None})
        await track.act(caller, code, proof, action, given.model_dump(exclude_none=True))
    except DomainError as error:
        return await _ticket(request, caller, code, proof, values=values, error=error)
    return RedirectResponse(f"/track/{code}?thanks={action}", status_code=303)


async def _own_proof(request: Request, caller: Caller, code: str) -> str | None:
    """Give what opens a ticket of who has come in; None for what is not his."""
    me = came_in(request, caller)
    if me is None or not _is_code(code):
        return None
    with contextlib.suppress(NotFound):
        return await requester.own_proof(me, code)
    return None


def _form(request: Request, values: dict[str, str], error: DomainError | None = None) -> Response:
    language = reader_of(request)
    return page(
        request,
        "track.html",
        status=error.status if error else 200,
        headers=headers_of(error) if error else {},
        values=values,
        faults=faults_of(error, _PLACES, language) if error else Faults(),
        away=error is not None and error.status == 503,  # noqa: PLR2004 - the status itself
    )


async def _ticket(
    request: Request,
    caller: Caller,
    code: str,
    proof: str,
    *,
    values: dict[str, str] | None = None,
    error: DomainError | None = None,
) -> Response:
    caller = caller.renewed()
    caller.language = reader_of(request)
    try:
        ticket = await track.followed(caller, code, proof)
    except NotFound as gone:
        return _form(request, {"code": code}, gone)
    except Unavailable as away:
        if not values:
            raise
        return _kept(request, values, away)
    thanks = request.query_params.get("thanks", "")
    seen = seen_of(ticket)
    if is_part(request) and request.query_params.get("seen") == seen:
        return Response(status_code=_UNCHANGED)
    return page(
        request,
        "live.html" if is_part(request) else "ticket.html",
        status=error.status if error else 200,
        headers=headers_of(error) if error else {},
        ticket=ticket,
        seen=seen,
        asked=ticket.waiting_for == "requester",
        question=question_of(ticket),
        stages=_STAGES,
        stage=stage_of(ticket),
        ended=ticket.state in ENDED,
        values=values or {},
        key=key_of(values) if values else new_key(),
        faults=faults_of(error, _PLACES, caller.language) if error else Faults(),
        thanks=f"page.ticket.thanks_{thanks}" if has(f"page.ticket.thanks_{thanks}") else None,
    )


def _kept(request: Request, values: Mapping[str, str], away: Unavailable) -> Response:
    """Give back what was typed while nothing answers, in a form that sends it again."""
    typed = next((name for name in ("text", "comment", "reason") if values.get(name)), "")
    return page(
        request,
        "kept.html",
        status=away.status,
        headers=headers_of(away),
        typed=typed,
        values=values,
        faults=faults_of(away, _PLACES, reader_of(request)),
    )


def seen_of(ticket: FollowedTicket) -> str:
    """Give what tells whether a page shows the ticket as it is now."""
    return hashlib.sha256(msgspec.json.encode(ticket)).hexdigest()[:16]


def stage_of(ticket: FollowedTicket) -> int | None:
    """Give which stage a ticket has reached; None where it ended beside the way."""
    state = "in_progress" if ticket.state == "waiting" else ticket.state
    return _STAGES.index(state) if state in _STAGES else None


def question_of(ticket: FollowedTicket) -> str | None:
    """Give the last question that the requester was asked; a wiped one is not there."""
    asked = (step.texts.get("question") for step in reversed(ticket.timeline))
    return next((question for question in asked if question), None)


_CODE: Final = TypeAdapter(CodePath)


def _is_code(text: str) -> bool:
    """Tell whether a text has the shape of a code."""
    try:
        _CODE.validate_python(text)
    except ValidationError:
        return False
    return True


def _check(code: str, values: dict[str, str]) -> None:
    """Refuse what cannot be right before anybody is asked; raises Invalid."""
    faults = []
    if not _is_code(code):
        found = "malformed_code" if code else "required"
        faults.append(FieldFault(pointer="/code", code=found))
    if not values.get("proof", "").strip():
        faults.append(FieldFault(pointer="/proof", code="required"))
    if faults:
        raise Invalid("request_invalid", fields=faults)

"""A requester's own data: who he is, how he is told, in which language and calendar."""

from __future__ import annotations

from typing import Final, Literal

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from chassis.errors import DomainError, Forbidden, NotFound
from contracts.calls.requesters import OwnData
from gateway.access import Anyone
from gateway.api import requester
from gateway.caller import Caller
from gateway.documents import CodeWanted, OwnDataGiven
from gateway.errors import headers_of
from gateway.pages.forms import Faults, checked, faults_of, key_of, new_key, read_form
from gateway.pages.rendering import page, reader_of
from gateway.portal import coming_in
from gateway.portal.coming_in import came_in
from gateway.portal.own import led_to_code, wish

router = APIRouter(prefix="/mine/data", include_in_schema=False)

_SIGN_IN: Final = "/mine/sign-in?next=/mine/data"
_HERE: Final = "/mine/data"
_FIELDS: Final = ("name", "language", "told_by", "calendar", "digits")
_PLACES: Final = {f"/{name}": name for name in (*_FIELDS, "contact")}
_DONE: Final = frozenset({"saved", "contact", "dropped"})

Contact = Literal["mobile", "email"]


@router.get("")
async def show(request: Request, caller: Anyone) -> Response:
    """Show the data of who has come in; lead everybody else to where one does."""
    me = came_in(request, caller)
    if me is None:
        return RedirectResponse(_SIGN_IN, 303)
    done = request.query_params.get("done", "")
    return await _page(request, me, done=done if done in _DONE else "")


@router.post("")
async def save(request: Request, caller: Anyone) -> Response:
    """Take what he says of himself."""
    values = await read_form(request)
    me = came_in(request, caller)
    if me is None:
        return RedirectResponse(_SIGN_IN, 303)
    me.key = key_of(values)
    try:
        given = checked(OwnDataGiven, {name: values.get(name, "") for name in _FIELDS})
        data = await requester.change(me, given)
    except DomainError as error:
        return await _page(request, me, values=values, error=error)
    response = RedirectResponse(f"{_HERE}?done=saved", 303)
    wish(request, response, data)
    return response


@router.post("/{contact}")
async def prove(request: Request, contact: Contact, caller: Anyone) -> Response:
    """Send a code to another number or address; it is his once he gives the code."""
    values = await read_form(request)
    me = came_in(request, caller)
    if me is None:
        return RedirectResponse(_SIGN_IN, 303)
    me.key = key_of(values)
    try:
        wanted = checked(CodeWanted, {"contact": values.get("contact", "")}).contact
        return await led_to_code(request, me, wanted, _HERE)
    except DomainError as error:
        return await _page(request, me, values=values, error=error, at=contact)


@router.post("/{contact}/drop")
async def drop(request: Request, contact: Contact, caller: Anyone) -> Response:
    """Reach him by it no more."""
    values = await read_form(request)
    me = came_in(request, caller)
    if me is None:
        return RedirectResponse(_SIGN_IN, 303)
    me.key = key_of(values)
    try:
        await requester.drop(me, contact)
    except DomainError as error:
        return await _page(request, me, error=error, at=contact)
    return RedirectResponse(f"{_HERE}?done=dropped", 303)


async def _page(
    request: Request,
    me: Caller,
    *,
    values: dict[str, str] | None = None,
    error: DomainError | None = None,
    at: str = "",
    done: str = "",
) -> Response:
    """Show the data, with what went wrong beside the form that it went wrong with."""
    try:
        data = await requester.own_data(me.renewed())
    except (NotFound, Forbidden):
        return _gone(request)
    said = {name: getattr(data, name) for name in _FIELDS}
    faults = faults_of(error, _PLACES, reader_of(request)) if error else Faults()
    if at:
        faults = Faults(fields={at: faults.fields.get("contact") or faults.summary})
    response = page(
        request,
        "data.html",
        status=error.status if error else 200,
        headers=headers_of(error) if error else {},
        data=data,
        values={**said, **(values or {})},
        typed={at: (values or {}).get("contact", "")},
        contacts=_contacts(data),
        key=new_key(),
        faults=faults,
        done=done,
    )
    if me.requester is not None:
        coming_in.keep(request, response, me.requester)
    return response


def _contacts(data: OwnData) -> list[tuple[str, str | None, bool, bool]]:
    """Give each contact: which it is, its value, whether it is proved, whether it may go."""
    both = data.mobile is not None and data.email is not None
    return [
        ("mobile", data.mobile, "mobile" in data.proved, both and "email" in data.proved),
        ("email", data.email, "email" in data.proved, both),
    ]


def _gone(request: Request) -> Response:
    """Who is not known any more has to come in again."""
    response = RedirectResponse(_SIGN_IN, 303)
    coming_in.forget(request, response)
    return response

"""Stuck events: why, since when, tried again or passed over."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Path, Request, Response
from starlette.responses import RedirectResponse

from chassis.errors import DomainError, Invalid
from gateway.api import operation
from gateway.caller import Caller
from gateway.errors import detail_of
from gateway.pages.forms import key_of, new_key, read_form
from gateway.pages.staff import StaffRoute, allow_page, is_part, staff_page

router = APIRouter(prefix="/stuck", include_in_schema=False, route_class=StaffRoute)

Operator = Annotated[Caller, allow_page("system.operate")]
Hearer = Annotated[operation.Hearer, Path()]

_ROW_LENGTH: Final = 300
_CODE_DIGITS: Final = 12


@router.get("")
async def show(request: Request, caller: Operator) -> Response:
    """Show what is stuck, and on request what is still being tried."""
    return await _page(request, caller)


@router.post("/{service}/retry")
async def retry(request: Request, caller: Operator, service: Hearer) -> Response:
    """Have an event tried again now."""
    fields = await read_form(request)
    caller.key = key_of(fields)
    try:
        await operation.retried(caller, service, _row(fields))
    except DomainError as error:
        return await _page(request, caller, error)
    return RedirectResponse("/stuck?done=retried", 303)


@router.post("/{service}/skip")
async def skip(request: Request, caller: Operator, service: Hearer) -> Response:
    """Pass over an event, once that is confirmed."""
    fields = await read_form(request)
    caller.key = key_of(fields)
    try:
        if fields.get("sure") != "1":
            raise Invalid("request_invalid")
        await operation.skipped(caller, service, _row(fields))
    except DomainError as error:
        return await _page(request, caller, error)
    return RedirectResponse("/stuck?done=skipped", 303)


async def _page(request: Request, caller: Caller, error: DomainError | None = None) -> Response:
    lagging = request.query_params.get("lagging") == "1"
    answer = await operation.stuck(caller, lagging=lagging)
    rows = [(service, row) for service, found in answer.stuck.items() for row in found]
    return staff_page(
        request,
        caller,
        "operation/stuck_list.html" if is_part(request) else "operation/stuck.html",
        status=error.status if error else 200,
        rows=sorted(rows, key=lambda pair: pair[1].since),
        unavailable=answer.unavailable,
        lagging=lagging,
        is_code=lambda stream: len(stream) == _CODE_DIGITS and stream.isdecimal(),
        new_key=new_key,
        done=request.query_params.get("done"),
        refused=detail_of(error, caller.language) if error else "",
    )


def _row(fields: dict[str, str]) -> str:
    return fields.get("row", "")[:_ROW_LENGTH]

"""Saved filters on pages: beside the lists, in the search of everything, on a page of theirs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from chassis.errors import DomainError
from contracts.calls.base import Nothing
from contracts.calls.routing import SavedFilter
from gateway.api import filters
from gateway.api.filters import PATHS, OwnFilter
from gateway.caller import Caller
from gateway.documents import SlugPath
from gateway.errors import detail_of
from gateway.pages.forms import checked, key_of, new_key, read_form
from gateway.pages.staff import StaffRoute, allow_page, staff_page

router = APIRouter(prefix="/desk/filters", include_in_schema=False, route_class=StaffRoute)

Reader = Annotated[Caller, allow_page("ticket.read")]

_PATH: Final = "/desk/filters"
_MOST_FOUND: Final = 5
_ID: Final = 16


def path_of(kept: SavedFilter) -> str:
    """Give the address that shows a list through a filter."""
    return f"{PATHS[kept.list]}?{kept.query}" if kept.query else PATHS[kept.list]


async def shelf_of(caller: Caller, *, when: bool = True) -> list[SavedFilter]:
    """Give what stands beside the lists; nothing while routing does not answer, or `when` not."""
    if not when:
        return []
    return await caller.optional("routing", "filters", Nothing(), list[SavedFilter]) or []


async def found(caller: Caller, q: str) -> list[SavedFilter]:
    """Give the filters whose name has the words."""
    kept = await shelf_of(caller)
    return [each for each in kept if q.casefold() in each.name.casefold()][:_MOST_FOUND]


def shelf(
    kept: Sequence[SavedFilter],
    here: str,
    query: str,
    count: Callable[[str], int] | None = None,
) -> dict[str, Any]:
    """Give what a list's page says of filters; `count` tells how many lines one of them shows."""
    counts = {each.id: count(each.query) for each in kept if count and each.list == here}
    return {
        "filters": [(each, path_of(each), counts.get(each.id)) for each in kept],
        "filtering": {"list": here, "query": query},
    }


@router.get("")
async def show(request: Request, caller: Reader) -> Response:
    """Show one's own, to be renamed, ordered, shared and dropped; and what colleagues share."""
    return await _page(request, caller)


@router.post("")
async def save(request: Request, caller: Reader) -> Response:
    """Keep the list as it is shown, and show it again."""
    values = await read_form(request)
    caller.key = key_of(values)
    try:
        kept = await _saved(caller, caller.key[:_ID].lower(), values)
    except DomainError as error:
        return await _page(request, caller, error)
    return RedirectResponse(path_of(kept), 303)


@router.post("/{id}")
async def change(id: SlugPath, request: Request, caller: Reader) -> Response:  # noqa: A002 - the name in the address
    """Rename, order or share one, or forget it."""
    values = await read_form(request)
    caller.key = key_of(values)
    try:
        if values.get("do") == "drop":
            await filters.dropped(caller, id)
        else:
            await _saved(caller, id, values)
    except DomainError as error:
        return await _page(request, caller, error)
    return RedirectResponse(_PATH, 303)


async def _saved(caller: Caller, name: str, values: dict[str, str]) -> SavedFilter:
    given = {each: values.get(each, "") for each in ("name", "list", "query")}
    place = {"position": values["position"]} if values.get("position", "").isdecimal() else {}
    shared = values.get("shared") == "yes"
    return await filters.saved(caller, name, checked(OwnFilter, given | place | {"shared": shared}))


async def _page(request: Request, caller: Caller, error: DomainError | None = None) -> Response:
    kept, names = await filters.seen(caller), await caller.names()
    me = caller.session.staff.id if caller.session else ""
    return staff_page(
        request,
        caller,
        "desk/filters.html",
        status=error.status if error else 200,
        own=[(each, path_of(each)) for each in kept if each.owner == me],
        others=[(each, path_of(each)) for each in kept if each.owner != me],
        summary=detail_of(error, caller.language) if error else "",
        who=names,
        key=new_key(),
    )

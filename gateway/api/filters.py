"""How one looks at lists of tickets: saved filters, one's own and what colleagues share."""

from __future__ import annotations

from typing import Annotated, Final
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Response
from pydantic import Field, StringConstraints

from contracts.calls.base import Nothing
from contracts.calls.routing import DropFilter, SavedFilter, SaveFilter
from contracts.calls.routing.filters import ListName
from gateway.access import allow, allow_command
from gateway.answers import answered, gives
from gateway.caller import Caller
from gateway.documents import Document, Line, SlugPath
from gateway.json_bodies import StrictRoute

router = APIRouter(prefix="/api/v1/me/filters", tags=["tickets"], route_class=StrictRoute)

Reader = Annotated[Caller, allow("ticket.read")]
Worker = Annotated[Caller, allow_command("ticket.read")]

#: Where each list is looked at.
PATHS: Final = {"inbox": "/desk", "tickets": "/desk/tickets"}


class OwnFilter(Document):
    """What a list's address asks for, under a name."""

    name: Line
    list: ListName
    query: Annotated[str, StringConstraints(max_length=1000)] = ""
    shared: bool = False
    position: Annotated[int, Field(ge=0, le=1000)] = 0


@router.get(
    "",
    operation_id="list_filters",
    summary="Saved filters",
    responses=gives(list[SavedFilter]),
)
async def list_filters(caller: Reader) -> Response:
    """Give one's own in their order, then what colleagues of one's unit share."""
    return answered(await seen(caller))


@router.put(
    "/{id}",
    operation_id="save_filter",
    summary="Save a filter",
    responses=gives(SavedFilter, description="Kept; shared ones are seen by one's unit, too."),
)
async def save_filter(id: SlugPath, body: OwnFilter, caller: Worker) -> Response:  # noqa: A002 - the name in the address
    """Keep a filter of one's own, over what it was.

    `query` is that of the list's address (`/desk`, `/desk/tickets`): `state=new&priority=1`.
    """
    return answered(await saved(caller, id, body), headers=caller.replay_headers())


@router.delete(
    "/{id}",
    status_code=204,
    operation_id="drop_filter",
    summary="Forget a saved filter",
)
async def drop_filter(id: SlugPath, caller: Worker) -> Response:  # noqa: A002 - the name in the address
    """Forget one of one's own; nothing where there is none."""
    await dropped(caller, id)
    return Response(status_code=204)


async def seen(caller: Caller) -> list[SavedFilter]:
    """Give the filters that the caller sees."""
    return await caller.query("routing", "filters", Nothing(), list[SavedFilter])


async def saved(caller: Caller, name: str, body: OwnFilter) -> SavedFilter:
    """Keep one of the caller's; raises Conflict when he has too many."""
    request = SaveFilter(
        id=name,
        name=body.name,
        list=body.list,
        query=urlencode(parse_qsl(body.query)),
        shared=body.shared,
        position=body.position,
    )
    return await caller.command("routing", "save_filter", request, SavedFilter)


async def dropped(caller: Caller, name: str) -> None:
    """Forget one of the caller's."""
    await caller.command("routing", "drop_filter", DropFilter(id=name), bool)

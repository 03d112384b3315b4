"""Who is there: one's own presence, people's leave, and a unit's team at a glance."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Path, Request, Response

from contracts.calls.routing import (
    Attendance,
    CancelLeave,
    Colleague,
    GetAttendance,
    GetPerson,
    GetTeam,
    PersonView,
    SetPresence,
    TakeLeave,
)
from gateway.access import SignedIn, SignedInCommanding, allow, allow_command
from gateway.answers import answered, gives
from gateway.api.admin import read_as, takes
from gateway.caller import Caller
from gateway.documents import SlugPath
from gateway.json_bodies import StrictRoute

router = APIRouter(prefix="/api/v1", tags=["people"], route_class=StrictRoute)

LeavePath = Annotated[
    str, Path(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$", description="Id of the leave.")
]
Giving = Annotated[Caller, allow("ticket.assign")]
GivingCommand = Annotated[Caller, allow_command("ticket.assign")]

_EXAMPLE: Final = {
    "person": "expert",
    "presence": "break",
    "until": "2026-11-22T10:30:00Z",
    "absence": "on_break",
    "changes_at": "2026-11-22T10:30:00Z",
    "shift": {
        "week": {"saturday": ["08:00-16:00"], "sunday": ["08:00-16:00"]},
        "zone": "Asia/Tehran",
        "exceptions": {"1405-09-10": []},
    },
    "leaves": [
        {
            "id": "winter",
            "start": "2026-12-21T20:30:00Z",
            "end": "2026-12-27T20:30:00Z",
            "stand_in": "a.nazari",
            "reason": None,
        }
    ],
}


@router.get(
    "/me/presence",
    operation_id="read_presence",
    summary="One's own presence",
    responses=gives(Attendance, example=_EXAMPLE),
)
async def read_presence(caller: SignedIn) -> Response:
    """Tell whether one is given work now, with shift and leave, and when that changes."""
    return answered(await caller.query("routing", "attendance", GetAttendance(), Attendance))


@router.put(
    "/me/presence",
    operation_id="set_presence",
    summary="Say whether one takes work",
    responses=gives(Attendance, description="Said.", example=_EXAMPLE),
    openapi_extra=takes(SetPresence),
)
async def set_presence(request: Request, caller: SignedInCommanding) -> Response:
    """Be `available`, `away` or on a `break`, until an instant or for the usual time.

    Who is not available is given nothing; what he has stays with him. Who comes back is given what
    waits at once.
    """
    body = read_as(SetPresence, await request.json())
    said = await caller.command("routing", "set_presence", body, Attendance)
    return answered(said, headers=caller.replay_headers())


@router.get(
    "/people/{id}/presence",
    operation_id="read_presence_of",
    summary="Somebody's presence",
    responses=gives(Attendance, example=_EXAMPLE),
)
async def read_presence_of(id: SlugPath, caller: Giving) -> Response:  # noqa: A002 - the name in the address
    """Tell whether somebody whom one gives work to is there, with shift and leave."""
    asked = GetAttendance(person=id)
    return answered(await caller.query("routing", "attendance", asked, Attendance))


@router.put(
    "/people/{id}/leaves/{leave}",
    operation_id="take_leave",
    summary="Put down a leave",
    responses=gives(Attendance, description="Put down.", example=_EXAMPLE),
    openapi_extra=takes(TakeLeave, without=("person", "leave")),
)
async def take_leave(
    id: SlugPath,  # noqa: A002 - the name in the address
    leave: LeavePath,
    request: Request,
    caller: GivingCommand,
) -> Response:
    """Put down or change a leave of somebody whom one gives work to.

    Meanwhile he is given nothing, and what comes back to him goes to his `stand_in`. When a long
    one begins (`PEYGIR_LONG_LEAVE`), his work goes to his team and his tickets to the stand-in, or
    to the desk. The reason is shown to him and to who puts down leaves, and is in no record.
    """
    body = read_as(TakeLeave, await request.json(), person=id, leave=leave)
    said = await caller.command("routing", "take_leave", body, Attendance)
    return answered(said, headers=caller.replay_headers())


@router.delete(
    "/people/{id}/leaves/{leave}",
    operation_id="cancel_leave",
    summary="Strike out a leave",
    responses=gives(Attendance, description="Struck out.", example=_EXAMPLE),
)
async def cancel_leave(
    id: SlugPath,  # noqa: A002 - the name in the address
    leave: LeavePath,
    caller: GivingCommand,
) -> Response:
    """Strike out a leave, also one that has begun; nothing where there is none."""
    body = CancelLeave(person=id, leave=leave)
    said = await caller.command("routing", "cancel_leave", body, Attendance)
    return answered(said, headers=caller.replay_headers())


@router.get(
    "/units/{id}/team",
    operation_id="read_team",
    summary="A unit's team",
    responses=gives(list[Colleague]),
)
async def read_team(
    id: SlugPath,  # noqa: A002 - the name in the address
    caller: Annotated[Caller, allow("ticket.read")],
) -> Response:
    """Tell who of a unit is there, how much work each may have and has."""
    return answered(await caller.query("routing", "team", GetTeam(unit=id), list[Colleague]))


@router.get(
    "/admin/people/{id}",
    operation_id="read_person",
    summary="A person",
    tags=["admin"],
    responses=gives(PersonView),
)
async def read_person(id: SlugPath, caller: Annotated[Caller, allow("admin.change")]) -> Response:  # noqa: A002 - the name in the address
    """Give what was defined of somebody, but for the password."""
    return answered(await caller.query("routing", "person", GetPerson(id=id), PersonView))

"""Who changed what, when, and what differs, on a page."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from chassis.clock import as_utc
from contracts.calls.audit import AuditEntry, GetAudit
from contracts.calls.routing import DefinePartner, DefinePerson
from gateway.admin.sections import Admin, admin_page
from gateway.api.audit import changed
from gateway.clockwork.differing import Change, changes
from gateway.pages.staff import StaffRoute

router = APIRouter(prefix="/admin/audit", include_in_schema=False, route_class=StaffRoute)


#: Where something that changed is shown.
_PAGES: Final = {
    "agreement": "/admin/agreements/{id}",
    "calendar": "/admin/calendars/{id}",
    "webhook": "/admin/webhooks/{id}/history",
    "key": "/admin/keys",
}
#: What an entry names when something was made, where no definition is kept.
_WHOLE: Final = {
    "person": {*DefinePerson.__struct_fields__} - {"id"},
    "partner": {*DefinePartner.__struct_fields__} - {"id"},
    "key": {"title", "rights", "secret"},
}
_LONGEST: Final = 100


class Told(NamedTuple):
    """A change as the page tells it."""

    entry: AuditEntry
    path: str
    changes: list[Change]
    #: It is what made the thing.
    is_first: bool


@router.get("")
async def show(request: Request, caller: Admin) -> Response:
    """Show the last changes, of everybody or of one person."""
    person = request.query_params.get("person", "")[:_LONGEST]
    before = _instant(request.query_params.get("before"))
    wanted = GetAudit(by=f"person:{person}" if person else None, before=before)
    answer = await changed(caller, wanted)
    following: dict[str, Any] = {"person": person} if person else {}
    if answer.next is not None:
        following["before"] = answer.next.isoformat()
    return admin_page(
        request,
        caller,
        "operation/audit.html",
        rows=[_told(entry, caller.language) for entry in answer.items],
        unavailable=answer.unavailable,
        directory=await caller.names(),
        person=person,
        next_page=f"/admin/audit?{urlencode(following)}" if answer.next is not None else None,
    )


def _told(entry: AuditEntry, language: str) -> Told:
    before, after = entry.before, entry.after
    found = changes(before, after, language) if before is not None and after is not None else []
    path = _PAGES.get(entry.kind, "").format(id=entry.id)
    return Told(entry, path, found, _is_first(entry))


def _is_first(entry: AuditEntry) -> bool:
    whole = _WHOLE.get(entry.kind)
    if entry.before is not None:
        return False
    is_told = entry.after is not None or entry.version == 1
    return is_told or (whole is not None and whole <= {*entry.fields})


def _instant(text: str | None) -> datetime | None:
    try:
        return as_utc(datetime.fromisoformat(text or ""))
    except ValueError:
        return None

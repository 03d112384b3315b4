"""Versions of forms, agreements, calendars and lists of holidays; drafts of the last three."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Path, Response
from pydantic import ConfigDict

from chassis.errors import NotFound
from contracts.calls.forms import FormVersion, GetFormVersions
from contracts.calls.versions import CheckDraft, GetVersions, Published, Version
from gateway.answers import answered, gives
from gateway.api.admin import Admin
from gateway.caller import Caller
from gateway.documents import Document, FreeForm, SlugPath
from gateway.json_bodies import StrictRoute

router = APIRouter(prefix="/api/v1/admin", tags=["admin"], route_class=StrictRoute)

Group = Annotated[
    Literal["agreements", "calendars", "holidays"], Path(description="What is published.")
]
_KINDS: Final[dict[str, Published]] = {
    "agreements": "agreement",
    "calendars": "calendar",
    "holidays": "holidays",
}
_ALWAYS: Final[dict[str, Any]] = {
    "zone": "UTC",
    "week": {"saturday": ["00:00-24:00"], "sunday": ["00:00-24:00"]},
}


class Drafted(Document):
    """A definition that is not published yet."""

    definition: FreeForm

    model_config = ConfigDict(json_schema_extra={"examples": [{"definition": _ALWAYS}]})


@router.get(
    "/forms/{id}/versions",
    operation_id="list_form_versions",
    summary="Every version of a form",
    responses=gives(list[FormVersion]),
)
async def list_form_versions(id: SlugPath, caller: Admin) -> Response:  # noqa: A002 - the name in the address
    """Give the versions as they were written and filled in, newest first, 100 at most.

    Those that came with a changed block are among them.
    """
    return answered(await form_versions(caller, id))


@router.get(
    "/{group}/{id}/versions",
    operation_id="list_definition_versions",
    summary="Every version of an agreement, a calendar or a list of holidays",
    responses=gives(list[Version]),
)
async def list_versions(group: Group, id: SlugPath, caller: Admin) -> Response:  # noqa: A002 - the name in the address
    """Give every version with who published it and when, newest first.

    A calendar's versions that came with a changed list of holidays are among them.
    """
    return answered(await versions(caller, _KINDS[group], id))


@router.post(
    "/{group}/{id}/check",
    operation_id="check_definition",
    summary="Check a draft",
    responses=gives(dict[str, bool], description="It could be published.", example={"sound": True}),
)
async def check_definition(group: Group, id: SlugPath, body: Drafted, caller: Admin) -> Response:  # noqa: A002
    """Say whether a draft could be published; refused with every fault as publishing would be."""
    await check(caller, _KINDS[group], id, body.definition)
    return answered({"sound": True})


async def form_versions(caller: Caller, name: str) -> list[FormVersion]:
    """Give the versions of a form, newest first; raises NotFound."""
    request = GetFormVersions(id=name)
    return await caller.query("intake", "form_versions", request, list[FormVersion])


async def versions(caller: Caller, kind: Published, name: str) -> list[Version]:
    """Give every version of one thing, newest first."""
    request = GetVersions(kind=kind, id=name)
    return await caller.query("sla", "versions", request, list[Version])


def numbered(found: Sequence[Version], number: str | None) -> Version:
    """Give the version of a number, as an address or a form brings it; raises NotFound."""
    version = next((each for each in found if str(each.version) == number), None)
    if version is None:
        raise NotFound("definition_not_found")
    return version


async def check(caller: Caller, kind: Published, name: str, definition: FreeForm) -> None:
    """Raise Invalid, naming every fault, unless a draft could be published."""
    request = CheckDraft(kind=kind, id=name, definition=definition)
    await caller.query("sla", "check_draft", request, bool)

"""What is promised to whom, for everybody to read: made of what was published."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from chassis.errors import NotFound
from contracts.calls.base import Nothing
from contracts.calls.intake import Subject
from contracts.calls.promises import PublicAgreement
from contracts.calls.routing import Unit
from gateway.access import Anyone
from gateway.caller import Caller
from gateway.directory import title_of
from gateway.pages.rendering import page, reader_of
from gateway.portal.wording import Words, sheet

router = APIRouter(prefix="/agreements", include_in_schema=False)


@router.get("")
async def list_all(request: Request, caller: Anyone) -> Response:
    """List the public agreements with what each promises, the general ones first."""
    agreements = sorted(await _public(caller), key=lambda agreement: len(agreement.match))
    words = await _words(caller, reader_of(request), agreements)
    return page(request, "agreements.html", sheets=[sheet(each, words) for each in agreements])


@router.get("/{id}")
async def show(
    request: Request,
    id: Annotated[str, Path(max_length=64)],  # noqa: A002 - the name in the address
    caller: Anyone,
) -> Response:
    """Show one agreement whole: promises, who is told when, hours, holidays to come."""
    agreement = next((each for each in await _public(caller) if each.id == id), None)
    if agreement is None:
        raise NotFound("agreement_not_found")
    words = await _words(caller, reader_of(request), [agreement])
    return page(request, "agreement.html", agreement=agreement, sheet=sheet(agreement, words))


async def _public(caller: Caller) -> list[PublicAgreement]:
    return await caller.query("sla", "public_agreements", Nothing(), list[PublicAgreement])


async def _words(caller: Caller, language: str, agreements: list[PublicAgreement]) -> Words:
    """Give the words with the titles of what is named; ids stand in while nobody answers."""
    titles: dict[str, dict[str, str]] = {}
    if any("subject" in agreement.match for agreement in agreements):
        subjects = await caller.optional("intake", "subjects", Nothing(), list[Subject])
        titles["subject"] = {each.id: title_of(each, language) for each in subjects or ()}
    if any("unit" in agreement.match for agreement in agreements):
        units = await caller.optional("routing", "units", Nothing(), list[Unit])
        titles["unit"] = {each.id: title_of(each, language) for each in units or ()}
    return Words(language, titles)

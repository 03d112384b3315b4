"""Lists of holidays, year by year: days with their names, versions, what is known officially."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Request, Response
from persiantools.jdatetime import JalaliDate
from starlette.responses import RedirectResponse

from chassis.errors import DomainError, FieldFault, Invalid, NotFound
from contracts.calls.base import Nothing
from contracts.calls.sla import CalendarView, DefineHolidays, HolidaysView, SeedHolidays
from contracts.calls.versions import Version
from contracts.days import read_date
from gateway.admin.sections import Admin, admin_page
from gateway.api import versions
from gateway.api.admin import read_as
from gateway.caller import Caller
from gateway.clockwork.differing import changes, faults_in
from gateway.clockwork.fields import given, titles_in, tree
from gateway.clockwork.known import OFFICIAL, helpers
from gateway.days import day_in, day_shown
from gateway.errors import describe
from gateway.pages.forms import key_of, read_form
from gateway.pages.staff import StaffRoute
from gateway.texts import latin

router = APIRouter(prefix="/admin/holidays", include_in_schema=False, route_class=StaffRoute)

Name = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]

_ID: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_SEPARATORS: Final = re.compile(r"[/.\-\s]+")


class Line(NamedTuple):
    """A day of a list."""

    day: date
    #: As the list writes it.
    written: str
    #: In the reader's calendar.
    year: int
    fa: str
    en: str


@router.get("")
async def list_all(request: Request, caller: Admin) -> Response:
    """Show every list, and which calendars it closes days of."""
    return await _listed(request, caller)


@router.post("")
async def begin(request: Request, caller: Admin) -> Response:
    """Lead to a list that is to be: it is published with its first day."""
    name = (await read_form(request)).get("id", "").strip().lower()
    if not _ID.fullmatch(name):
        return await _listed(request, caller, name, "malformed")
    return RedirectResponse(f"/admin/holidays/{name}?new=yes", 303)


@router.get("/{name}")
async def show(request: Request, caller: Admin, name: Name) -> Response:
    """Show a year of a list."""
    return await _page(request, caller, name)


@router.post("/{name}/day")
async def change_day(request: Request, caller: Admin, name: Name) -> Response:
    """Name a day as a holiday, or take it from the list; each change is a version."""
    fields = await read_form(request)
    caller.key = key_of(fields)
    try:
        day = _typed_date(fields.get("day", ""))
        before = await _newest(caller, name)
        kept = {
            line.written: {"fa": line.fa, "en": line.en}
            for line in _lines(before, caller.language)
            if line.day != day
        }
        if fields.get("do") != "remove":
            kept[day.isoformat()] = {name: fields.get(name, "").strip() for name in ("fa", "en")}
        await _publish(caller, name, {**before, "days": kept})
    except DomainError as error:
        return await _page(request, caller, name, error=error, typed=fields)
    year = _year(day, caller.language)
    return RedirectResponse(f"/admin/holidays/{name}?year={year}&published=1", 303)


@router.post("/{name}/title")
async def rename(request: Request, caller: Admin, name: Name) -> Response:
    """Call a list otherwise; its days stay."""
    fields = await read_form(request)
    caller.key = key_of(fields)
    title = titles_in(tree(list(fields.items())))
    try:
        before = await _newest(caller, name)
        await _publish(caller, name, {"days": {}, **before, "title": title})
    except DomainError as error:
        return await _page(request, caller, name, error=error, typed=fields)
    return RedirectResponse(f"/admin/holidays/{name}?published=1", 303)


@router.post("/{name}/restore")
async def restore(request: Request, caller: Admin, name: Name) -> Response:
    """Publish an earlier version anew."""
    fields = await read_form(request)
    caller.key = key_of(fields)
    found = await versions.versions(caller, "holidays", name)
    earlier = versions.numbered(found, fields.get("version"))
    await _publish(caller, name, earlier.definition)
    return RedirectResponse(f"/admin/holidays/{name}?published=1", 303)


@router.post("/{name}/seed")
async def seed(request: Request, caller: Admin, name: Name) -> Response:
    """Take over what is known officially; days that were changed by hand stay so."""
    caller.key = key_of(await read_form(request))
    await caller.command("sla", "seed_holidays", SeedHolidays(id=name), HolidaysView)
    return RedirectResponse(f"/admin/holidays/{name}?published=1", 303)


async def _listed(request: Request, caller: Caller, name: str = "", fault: str = "") -> Response:
    lists, calendars = await asyncio.gather(
        caller.query("sla", "holidays", Nothing(), list[HolidaysView]),
        caller.query("sla", "calendars", Nothing(), list[CalendarView]),
    )
    return admin_page(
        request,
        caller,
        "clockwork/holiday_lists.html",
        status=422 if fault else 200,
        lists=[
            (view, len(view.definition.get("days", {})), _closes(view.id, calendars))
            for view in lists
        ],
        name=name,
        fault=fault,
        **helpers(caller.language),
    )


async def _page(
    request: Request,
    caller: Caller,
    name: str,
    *,
    error: DomainError | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    found, names = await asyncio.gather(_versions(caller, name), caller.names())
    is_new = "new" in request.query_params or typed is not None
    if not found and not is_new:
        raise NotFound("definition_not_found")
    shown = next(
        (each for each in found if str(each.version) == request.query_params.get("version")),
        found[0] if found else None,
    )
    against = next((each for each in found if shown and each.version == shown.version - 1), None)
    lines = _lines(shown.definition if shown else {}, caller.language)
    today = datetime.now(UTC).astimezone(ZoneInfo(caller.gateway.settings.zone)).date()
    year = _asked_year(request, lines, _year(today, caller.language))
    chosen = next((line for line in lines if line.written == request.query_params.get("day")), None)
    return admin_page(
        request,
        caller,
        "clockwork/holidays.html",
        status=error.status if error else 200,
        name=name,
        official=name == OFFICIAL,
        versions=found,
        shown=shown,
        definition=given({"title": {}, **(shown.definition if shown else {})}),
        against=against,
        changes=changes(against.definition, shown.definition, caller.language)
        if against and shown
        else [],
        directory=names,
        year=year,
        years=sorted({line.year for line in lines} | {year}),
        lines=[line for line in lines if line.year == year],
        form=given(typed or _form_of(chosen, caller.language)),
        chosen=chosen,
        faults=_faults(error, caller.language) if error else [],
        published=request.query_params.get("published") == "1",
        day_shown=lambda day: day_shown(day, caller.language),
        **helpers(caller.language),
    )


def _form_of(line: Line | None, language: str) -> dict[str, str]:
    if line is None:
        return {}
    written = latin(day_in(line.day, "reader", language)).replace("/", "-")
    return {"day": written, "fa": line.fa, "en": line.en}


def _faults(error: DomainError, language: str) -> list[str]:
    """Say what is wrong; a fault of the day itself needs no place."""
    if isinstance(error, Invalid) and error.code == "request_invalid":
        return [describe(fault, language).message for fault in error.fields]
    return [fault.message for fault in faults_in(error, language)]


def _lines(definition: dict[str, Any], language: str) -> list[Line]:
    """Give the days of a list in order."""
    days = ((read_date(written), written, name) for written, name in _days(definition).items())
    return sorted(
        Line(day, written, _year(day, language), name.get("fa", ""), name.get("en", ""))
        for day, written, name in days
    )


def _days(definition: dict[str, Any]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = definition.get("days", {})
    return found


def _year(day: date, language: str) -> int:
    return int(JalaliDate(day).year if language == "fa" else day.year)


def _asked_year(request: Request, lines: list[Line], this_year: int) -> int:
    asked = request.query_params.get("year", "")
    if asked.isdecimal() and len(asked) == len(str(this_year)):
        return int(asked)
    years = {line.year for line in lines}
    return this_year if this_year in years or not years else max(years)


def _typed_date(typed: str) -> date:
    """Read a day as people write it: `1405/2/15`, `۱۴۰۵-۰۲-۱۵`, `2026-05-05`; raises Invalid."""
    parts = [part for part in _SEPARATORS.split(latin(typed).strip()) if part]
    written = "-".join([*parts[:1], *(part.zfill(2) for part in parts[1:])])
    try:
        return read_date(written)
    except ValueError:
        fault = FieldFault(pointer="/day", code="date_malformed")
        raise Invalid("request_invalid", fields=[fault]) from None


def _closes(name: str, calendars: list[CalendarView]) -> list[CalendarView]:
    """Give the calendars that name a list; `IR` is another name of the official one."""
    return [view for view in calendars if name in _named(view.definition.get("holidays") or [])]


async def _versions(caller: Caller, name: str) -> list[Version]:
    """Give the versions of a list, the newest first; none of one that is to be."""
    try:
        return await versions.versions(caller, "holidays", name)
    except NotFound:
        return []


async def _newest(caller: Caller, name: str) -> dict[str, Any]:
    found = await _versions(caller, name)
    return found[0].definition if found else {}


async def _publish(caller: Caller, name: str, definition: dict[str, Any]) -> None:
    body = read_as(DefineHolidays, {"definition": definition}, id=name)
    await caller.command("sla", "define_holidays", body, HolidaysView)


def _named(lists: list[str] | str) -> list[str]:
    return [OFFICIAL] if isinstance(lists, str) else lists

"""Calendars on a month: weekly hours, holidays, half days; each change is a version."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from functools import partial
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Request, Response
from starlette.responses import RedirectResponse

from chassis.errors import DomainError, NotFound
from contracts.calls.base import Nothing
from contracts.calls.sla import CalendarView, DefineCalendar, DefineHolidays, HolidaysView
from contracts.calls.trials import TrialView
from contracts.calls.versions import Version
from contracts.days import read_date
from contracts.hours import WEEKDAYS
from gateway.admin.sections import Admin, admin_page
from gateway.api import trials, versions
from gateway.api.admin import read_as
from gateway.caller import Caller
from gateway.clockwork.differing import changes, faults_in
from gateway.clockwork.fields import filled, given, titles_in, tree
from gateway.clockwork.known import (
    OFFICIAL,
    TRIED_DAYS,
    choices_for,
    helpers,
    name_of,
    tried_days,
)
from gateway.clockwork.months import hours_shown, month_of, short, windows_of
from gateway.days import day_shown
from gateway.pages.forms import key_of, read_form, read_pairs
from gateway.pages.staff import StaffRoute

router = APIRouter(prefix="/admin/calendars", include_in_schema=False, route_class=StaffRoute)

Name = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]

_NEW: Final = "new"
_MOST_FIELDS: Final = 1500
#: As weeks begin in Iran.
WEEK: Final = (*WEEKDAYS[5:], *WEEKDAYS[:5])
ZONES: Final = ("Asia/Tehran", "UTC")
_USUAL: Final[dict[str, Any]] = {
    "zone": "Asia/Tehran",
    "week": {day: ["08:00-16:00"] for day in (*WEEKDAYS[5:], *WEEKDAYS[:3])},
    "holidays": [OFFICIAL],
}


@router.get("")
async def list_all(request: Request, caller: Admin) -> Response:
    """List the calendars."""
    found = await caller.query("sla", "calendars", Nothing(), list[CalendarView])
    return admin_page(
        request,
        caller,
        "clockwork/calendars.html",
        calendars=[(view, given(view.definition)) for view in found],
        week=WEEK,
        hours_shown=partial(hours_shown, language=caller.language),
        **helpers(caller.language),
    )


@router.get("/{name}")
async def show(request: Request, caller: Admin, name: Name) -> Response:
    """Show a month of a calendar, and the day that was chosen."""
    if name == _NEW:
        return await _week_form(request, caller, "", _USUAL)
    return await _page(request, caller, name)


@router.get("/{name}/week")
async def week(request: Request, caller: Admin, name: Name) -> Response:
    """Show the weekly hours and for whom the calendar holds, to be changed."""
    newest = (await versions.versions(caller, "calendar", name))[0]
    return await _week_form(request, caller, name, newest.definition)


@router.post("/{name}/week")
async def change_week(request: Request, caller: Admin, name: Name) -> Response:
    """Publish other weekly hours, or try them; exceptional days stay as they are."""
    fields = await read_pairs(request, most=_MOST_FIELDS)
    caller.key = key_of(dict(fields))
    typed = tree(fields)
    chosen = str(typed.get("id") or "") if name == _NEW else name
    before = (
        {} if name == _NEW else (await versions.versions(caller, "calendar", name))[0].definition
    )
    definition = _weekly(typed, before)
    try:
        if typed.get("do") == "try":
            days = tried_days(typed.get("days"))
            trial = await trials.begun("calendar", chosen, definition, days, caller)
            return await _week_form(request, caller, chosen, definition, trial=trial, days=days)
        await _publish(caller, chosen, definition)
    except DomainError as error:
        return await _week_form(request, caller, chosen, definition, error)
    return RedirectResponse(f"/admin/calendars/{chosen}?published=1", 303)


@router.post("/{name}/day")
async def change_day(request: Request, caller: Admin, name: Name) -> Response:
    """Give a day hours of its own, close it, or let it be as the week says."""
    fields = await read_form(request)
    caller.key = key_of(fields)
    day = _date(fields.get("day"))
    newest = (await versions.versions(caller, "calendar", name))[0]
    if day is None:
        raise NotFound("definition_not_found")
    exceptions = {
        written: windows
        for written, windows in newest.definition.get("exceptions", {}).items()
        if written != fields.get("written")
    }
    kind = fields.get("kind")
    if kind == "hours":
        exceptions[day.isoformat()] = windows_of(fields.get("hours", ""))
    elif kind == "closed":
        exceptions[day.isoformat()] = []
    definition = {**newest.definition, "exceptions": exceptions}
    try:
        await _publish(caller, name, definition)
    except DomainError as error:
        return await _page(request, caller, name, error=error, typed=fields)
    month = fields.get("month", "")[:7]
    return RedirectResponse(f"/admin/calendars/{name}?month={month}&published=1", 303)


@router.post("/{name}/holiday")
async def change_holiday(request: Request, caller: Admin, name: Name) -> Response:
    """Make a day a holiday of a list, with its name, or an ordinary one again."""
    fields = await read_form(request)
    caller.key = key_of(fields)
    day, which = _date(fields.get("day")), fields.get("list", "")
    lists = await _lists(caller)
    if day is None or which not in lists:
        raise NotFound("definition_not_found")
    days = {
        written: title
        for written, title in lists[which].get("days", {}).items()
        if _date(written) != day
    }
    if fields.get("holiday") == "1":
        days[day.isoformat()] = {"fa": fields.get("fa", ""), "en": fields.get("en", "")}
    body = {"definition": {**lists[which], "days": days}}
    try:
        request_of = read_as(DefineHolidays, body, id=which)
        await caller.command("sla", "define_holidays", request_of, HolidaysView)
    except DomainError as error:
        return await _page(request, caller, name, error=error, typed=fields)
    month = fields.get("month", "")[:7]
    return RedirectResponse(f"/admin/calendars/{name}?month={month}&published=1", 303)


@router.post("/{name}/restore")
async def restore(request: Request, caller: Admin, name: Name) -> Response:
    """Publish an earlier version anew."""
    fields = await read_form(request)
    caller.key = key_of(fields)
    found = await versions.versions(caller, "calendar", name)
    earlier = versions.numbered(found, fields.get("version"))
    await _publish(caller, name, earlier.definition)
    return RedirectResponse(f"/admin/calendars/{name}?published=1", 303)


async def _page(
    request: Request,
    caller: Caller,
    name: str,
    *,
    error: DomainError | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    found, lists, names = await asyncio.gather(
        versions.versions(caller, "calendar", name), _lists(caller), caller.names()
    )
    shown = _version(found, request.query_params.get("version"))
    against = next((each for each in found if each.version == shown.version - 1), None)
    kept = typed or {}
    today = datetime.now(UTC).astimezone(ZoneInfo(caller.gateway.settings.zone)).date()
    wanted = kept.get("month") or request.query_params.get("month", "")
    month = month_of(wanted, today, shown.definition, lists, caller.language)
    day = _date(kept.get("day") or request.query_params.get("day"))
    days = {each.day: each for week in month.weeks for each in week}
    named = shown.definition.get("holidays") or []
    return admin_page(
        request,
        caller,
        "clockwork/calendar.html",
        status=error.status if error else 200,
        name=name,
        versions=found,
        shown=shown,
        definition=given(shown.definition),
        against=against,
        changes=changes(against.definition, shown.definition, caller.language) if against else [],
        directory=names,
        month=month,
        today=today,
        chosen=days.get(day) if day else None,
        lists={each: lists[each] for each in lists if each in named or named == "IR"},
        titles=_titles(lists, day),
        typed=given(kept),
        faults=faults_in(error, caller.language) if error else [],
        published=request.query_params.get("published") == "1",
        day_shown=lambda each: day_shown(each, caller.language),
        hours_shown=partial(hours_shown, language=caller.language),
        short=partial(short, language=caller.language),
        week=WEEK,
        **helpers(caller.language),
    )


async def _week_form(
    request: Request,
    caller: Caller,
    name: str,
    definition: dict[str, Any],
    error: DomainError | None = None,
    *,
    trial: TrialView | None = None,
    days: int = TRIED_DAYS[1],
) -> Response:
    choices, lists, directory = await asyncio.gather(
        choices_for(caller), _lists(caller), caller.names()
    )
    faults = faults_in(error, caller.language) if error else []
    zone = definition.get("zone", ZONES[0])
    return admin_page(
        request,
        caller,
        "clockwork/week.html",
        status=error.status if error else 200,
        name=name,
        known=not request.url.path.startswith(f"/admin/calendars/{_NEW}"),
        definition=given({"title": {}, **definition}),
        holidays=[OFFICIAL]
        if definition.get("holidays") == "IR"
        else definition.get("holidays") or [],
        lists=[(each, name_of(each, lists[each], caller.language)) for each in lists],
        zones=[(each, each) for each in dict.fromkeys((zone, *ZONES))],
        week=WEEK,
        hours_shown=partial(hours_shown, language=caller.language),
        trial=trial,
        tried_days=TRIED_DAYS,
        days_tried=days,
        directory=directory,
        faults=faults,
        wrong={fault.control: fault.message for fault in faults},
        **helpers(caller.language, choices),
    )


def _weekly(typed: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    hours = typed.get("week") if isinstance(typed.get("week"), dict) else {}
    return {
        "zone": typed.get("zone") or ZONES[0],
        "week": {
            day: windows for day in WEEK if (windows := windows_of(str((hours or {}).get(day, ""))))
        },
        **filled(
            holidays=typed.get("holidays"),
            subjects=typed.get("subjects"),
            units=typed.get("units"),
            default=typed.get("default") == "1" or None,
            exceptions=before.get("exceptions"),
            title=titles_in(typed),
        ),
    }


async def _publish(caller: Caller, name: str, definition: dict[str, Any]) -> None:
    body = read_as(DefineCalendar, {"definition": definition}, id=name)
    await caller.command("sla", "define_calendar", body, CalendarView)


async def _lists(caller: Caller) -> dict[str, Any]:
    found = await caller.query("sla", "holidays", Nothing(), list[HolidaysView])
    return {view.id: view.definition for view in found}


def _titles(lists: dict[str, Any], day: date | None) -> dict[str, dict[str, str]]:
    """Give what a day is called, by list."""
    return {
        name: given(title)
        for name, definition in lists.items()
        for written, title in definition.get("days", {}).items()
        if day is not None and _date(written) == day
    }


def _date(written: str | None) -> date | None:
    try:
        return read_date(written or "")
    except ValueError:
        return None


def _version(found: list[Version], wanted: str | None) -> Version:
    version = next((each for each in found if str(each.version) == wanted), None)
    return version or found[0]

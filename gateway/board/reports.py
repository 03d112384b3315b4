"""The reports as pages: the catalogue, one report as chart and table, and as a file."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from functools import partial
from typing import Annotated, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from chassis.errors import NotFound
from contracts.calls.reporting import GetReport, ReportEntry
from gateway.api.reports import catalogue, download, made
from gateway.board.charts import HEIGHT, WIDTH, chart_of
from gateway.board.figures import told
from gateway.board.periods import OWN, Period, choices, own_period, period_of
from gateway.caller import Caller
from gateway.days import day_in
from gateway.pages.staff import StaffRoute, allow_page, staff_page

router = APIRouter(prefix="/reports", include_in_schema=False, route_class=StaffRoute)

Reader = Annotated[Caller, allow_page("report.read")]

_LONGEST_DAY: Final = 20
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


@router.get("")
async def show_all(request: Request, caller: Reader) -> Response:
    """Show which reports there are."""
    return staff_page(request, caller, "board/reports.html", reports=await catalogue(caller))


@router.get("/{name}")
async def show(request: Request, caller: Reader, name: str) -> Response:
    """Show one report, beside the figures of the period before."""
    entries = await catalogue(caller)
    entry, period, wanted = _wanted(request, caller, name, entries)
    report = await made(caller, wanted)
    by_day = wanted.by == "day"
    before = None
    if not by_day:
        earlier = GetReport(
            name=name, since=period.before_first, until=period.before_last, by=wanted.by
        )
        before = await made(caller, earlier)
    names = await caller.names()
    typed, day = _typed(request), partial(day_in, calendar="reader", language=caller.language)
    is_own = period.key == OWN
    return staff_page(
        request,
        caller,
        "board/report.html",
        typed=(day(period.first), day(period.last)) if is_own else typed,
        is_own=is_own,
        fault=any(typed) and not is_own,
        entry=entry,
        entries=entries,
        report=report,
        told=told(report, before, names),
        chart=chart_of(report, names),
        size=(WIDTH, HEIGHT),
        period=period,
        choices=choices(_today(caller), caller.language),
        by=wanted.by,
        day=day,
        compared=before is not None,
        csv=f"/reports/{name}/csv?{_query(period, wanted.by)}",
    )


@router.get("/{name}/csv")
async def as_file(request: Request, caller: Reader, name: str) -> Response:
    """Give a report as a file for spreadsheets."""
    _, _, wanted = _wanted(request, caller, name, await catalogue(caller))
    return download(await made(caller, wanted), caller.language)


def _wanted(
    request: Request, caller: Caller, name: str, entries: list[ReportEntry]
) -> tuple[ReportEntry, Period, GetReport]:
    """Read the address; raises NotFound for a report that there is not."""
    entry = next((each for each in entries if each.name == name), None)
    if entry is None or not _NAME.fullmatch(name):
        raise NotFound("report_not_found", report=name)
    today, typed = _today(caller), _typed(request)
    own = own_period(*typed, today) if any(typed) else None
    period = own or period_of(request.query_params.get("period", ""), today)
    by = request.query_params.get("by", "")
    asked = GetReport(
        name=name, since=period.first, until=period.last, by=by if by in entry.by else None
    )
    return entry, period, asked


def _typed(request: Request) -> tuple[str, str]:
    """Give the first and the last day as a reader typed them; empty where he chose a period."""
    query = request.query_params
    return query.get("from", "").strip()[:_LONGEST_DAY], query.get("to", "").strip()[:_LONGEST_DAY]


def _query(period: Period, by: str | None) -> str:
    days = {"from": period.first.isoformat(), "to": period.last.isoformat()}
    chosen = days if period.key == OWN else {"period": period.key}
    return urlencode({**chosen, **({"by": by} if by else {})})


def _today(caller: Caller) -> date:
    return datetime.now(UTC).astimezone(ZoneInfo(caller.gateway.settings.zone)).date()

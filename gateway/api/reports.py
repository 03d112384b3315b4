"""Figures: the catalogue of reports, and one report as JSON or CSV."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Response

from contracts.calls.base import Nothing
from contracts.calls.reporting import GetReport, Report, ReportEntry
from gateway.access import allow
from gateway.answers import answered, gives
from gateway.caller import Caller
from gateway.documents import Slug, SlugPath
from gateway.json_bodies import StrictRoute

router = APIRouter(prefix="/api/v1/reports", tags=["reports"], route_class=StrictRoute)

Manager = Annotated[Caller, allow("report.read")]

#: A cell that begins with one of these is a formula to a spreadsheet.
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
#: Without it Excel takes UTF-8 for something else.
_BYTE_ORDER_MARK: Final = "\ufeff"


@router.get(
    "",
    operation_id="list_reports",
    summary="The catalogue of reports",
    responses=gives(list[ReportEntry]),
)
async def list_reports(caller: Manager) -> Response:
    """Give every report with what it can be grouped by."""
    return answered(await catalogue(caller))


@router.get(
    "/{name}",
    operation_id="get_report",
    summary="One report",
    responses={
        200: {
            **gives(Report, description="The report.")[200],
        }
    },
)
async def get_report(
    name: SlugPath,
    caller: Manager,
    since: Annotated[date | None, Query(alias="from", description="First day.")] = None,
    until: Annotated[date | None, Query(alias="to", description="Last day.")] = None,
    by: Annotated[Slug | None, Query(description="What to group by.")] = None,
    format: Annotated[Literal["json", "csv"], Query(description="How to write it.")] = "json",  # noqa: A002 - the name in the address
) -> Response:
    """Give one report; days are of the organisation's zone, both included."""
    report = await made(caller, GetReport(name=name, since=since, until=until, by=by))
    return answered(report) if format == "json" else download(report, caller.language)


async def catalogue(caller: Caller) -> list[ReportEntry]:
    """Give every report that there is."""
    return await caller.query("reporting", "reports", Nothing(), list[ReportEntry])


async def made(caller: Caller, request: GetReport) -> Report:
    """Give one report."""
    return await caller.query("reporting", "report", request, Report)


def download(report: Report, language: str) -> Response:
    """Answer with a report as a file for spreadsheets."""
    return Response(
        as_csv(report, language),
        media_type="text/csv; charset=utf-8",
        headers={
            "cache-control": "no-store",
            "content-disposition": f'attachment; filename="{report.name}.csv"',
        },
    )


def as_csv(report: Report, language: str) -> str:
    """Write a report as CSV that spreadsheets open as it is, with nothing in it a formula."""
    file = io.StringIO()
    file.write(_BYTE_ORDER_MARK)
    writer = csv.writer(file)
    writer.writerow([_cell(column.title.get(language, column.name)) for column in report.columns])
    writer.writerows([_cell(value) for value in row] for row in report.rows)
    return file.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return "" if value is None else value

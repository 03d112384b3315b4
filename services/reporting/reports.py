"""Answers the catalogue and one report: which sums it needs, and the table made of them."""

from __future__ import annotations

from chassis.errors import FieldFault, Invalid, NotFound
from contracts.calls.reporting import GetReport, Report, ReportEntry
from services.reporting.domain.catalogue import CATALOGUE
from services.reporting.domain.reports import Definition
from services.reporting.repository import Generation, Selection

#: Every ticket has one channel, so the rows of this dimension add up to all of them.
_COMPLETE = "channel"


def catalogue() -> list[ReportEntry]:
    """Give the catalogue."""
    return [
        ReportEntry(
            name=report.name,
            title=report.title,
            description=report.description,
            by=[report.always_by] if report.always_by else list(report.by),
        )
        for report in CATALOGUE.values()
    ]


def make_report(request: GetReport, generation: Generation) -> Report:
    """Make one report; raises NotFound for its name and Invalid for what it cannot do."""
    definition = CATALOGUE.get(request.name)
    if definition is None:
        raise NotFound("report_not_found", report=request.name)
    by = _grouping(definition, request)
    sums = generation.sums(_selection(definition, request, by), definition.measures)
    return Report(
        name=definition.name,
        title=definition.title,
        columns=definition.heads(by),
        rows=definition.rows(by, sums),
        until_event_at=generation.until(),
    )


def _grouping(definition: Definition, request: GetReport) -> str | None:
    if request.since and request.until and request.since > request.until:
        raise Invalid(
            "period_ends_before_it_begins",
            fields=[FieldFault(pointer="/until", code="period_ends_before_it_begins")],
        )
    allowed = (definition.always_by,) if definition.always_by else definition.by
    if request.by is not None and request.by not in allowed:
        raise Invalid(
            "report_cannot_be_grouped_so",
            fields=[FieldFault(pointer="/by", code="report_cannot_be_grouped_so")],
            by=request.by,
            allowed=list(allowed),
        )
    return definition.always_by or request.by


def _selection(definition: Definition, request: GetReport, by: str | None) -> Selection:
    per = None if by is None else "day" if by == "day" else "value"
    dimension = _COMPLETE if by in (None, "day") else str(by)
    return Selection(definition.cube, dimension, request.since, request.until, per)

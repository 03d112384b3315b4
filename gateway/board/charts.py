"""Charts of reports, as numbers that a template draws: bars, stacked bars, lines over days.

The table beside a chart says the same; so a chart is no more than its shape.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from contracts.calls.reporting import Column, Report
from gateway.board.figures import figure_of, label_of
from gateway.directory import Names

#: What is drawn of each report: columns that are measured alike, side by side or added up.
_DRAWN: Final[dict[str, tuple[str, ...]]] = {
    "work_groups": ("tickets_percent", "touch_percent", "cost_percent"),
    "touch_and_waiting": ("touch_mean", "waiting_mean", "total_mean"),
    "sla_attainment": ("met", "breached", "open"),
    "first_contact_resolution": ("percent",),
    "reopenings": ("percent",),
    "waits": ("requester_seconds", "supplier_seconds", "unit_seconds"),
    "handovers": ("changes", "cases"),
    "teams_touched": ("cases",),
    "support_lines": ("cases", "solved"),
}
_STACKED: Final = frozenset({"sla_attainment", "waits"})
#: Rows of bars that are still read; the table has them all.
_MOST: Final = 14
WIDTH, HEIGHT = 600, 160
_LEAST_POINTS: Final = 2


class Bar(NamedTuple):
    """One rectangle: where it begins and how long it is, of 100, and its figure."""

    series: int
    start: float
    size: float
    shown: str


class Group(NamedTuple):
    """The bars of one row: one track where they are stacked, else a track for each."""

    label: str
    tracks: list[list[Bar]]


class Line(NamedTuple):
    """One series over time, as the points of a polyline."""

    series: int
    points: str
    last: str


class Chart(NamedTuple):
    """A chart: `bars` by rows, or `lines` from the first day to the last."""

    legend: list[str]
    bars: list[Group]
    lines: list[Line]
    first: str = ""
    last: str = ""
    most: str = ""


def chart_of(report: Report, names: Names) -> Chart | None:
    """Give the chart of a report; None where there is nothing to draw."""
    drawn = _drawn(report)
    if not drawn or not report.rows:
        return None
    legend = [_title(report.columns[number], names.language) for number in drawn]
    most = _most(report, drawn)
    if not most:
        return None
    if report.columns[0].name == "day" and report.columns[1].unit != "text":
        return _lines(report, drawn, legend, most, names)
    return Chart(legend, _groups(report, drawn, most, names), [])


def _drawn(report: Report) -> list[int]:
    wanted = _DRAWN.get(report.name, ())
    places = {column.name: number for number, column in enumerate(report.columns)}
    known = [places[name] for name in wanted if name in places]
    if known:
        return known
    figures = [n for n, column in enumerate(report.columns) if column.unit != "text"]
    return figures[:1]


def _most(report: Report, drawn: Sequence[int]) -> float:
    if _is_stacked(report):
        return max(sum(row[n] or 0 for n in drawn) for row in report.rows)
    return max(row[n] or 0 for row in report.rows for n in drawn)


def _groups(report: Report, drawn: Sequence[int], most: float, names: Names) -> list[Group]:
    rows = sorted(report.rows, key=lambda row: -sum(row[n] or 0 for n in drawn))[:_MOST]
    return [
        Group(_label(report, row, names), _tracks(report, row, drawn, most, names)) for row in rows
    ]


def _tracks(
    report: Report, row: Sequence[Any], drawn: Sequence[int], most: float, names: Names
) -> list[list[Bar]]:
    bars, start = [], 0.0
    for series, number in enumerate(drawn):
        size = 100 * (row[number] or 0) / most
        shown = figure_of(report.columns[number].unit, row[number], names.language)
        bars.append(Bar(series, round(start, 2), round(size, 2), shown))
        start += size if _is_stacked(report) else 0.0
    return [bars] if _is_stacked(report) else [[bar] for bar in bars]


def _lines(
    report: Report, drawn: Sequence[int], legend: list[str], most: float, names: Names
) -> Chart | None:
    if len(report.rows) < _LEAST_POINTS:
        return None
    step = WIDTH / (len(report.rows) - 1)
    lines = [
        Line(
            series,
            " ".join(
                f"{place * step:.1f},{HEIGHT - HEIGHT * (row[number] or 0) / most:.1f}"
                for place, row in enumerate(report.rows)
            ),
            figure_of(report.columns[number].unit, report.rows[-1][number], names.language),
        )
        for series, number in enumerate(drawn)
    ]
    day = report.columns[0]
    first, last = (label_of(day, report.rows[end][0], names) for end in (0, -1))
    unit = report.columns[drawn[0]].unit
    return Chart(legend, [], lines, first, last, figure_of(unit, most, names.language))


def _label(report: Report, row: Sequence[Any], names: Names) -> str:
    labels = [
        label_of(column, value, names)
        for column, value in zip(report.columns, row, strict=True)
        if column.unit == "text"
    ]
    return " · ".join(labels)


def _title(column: Column, language: str) -> str:
    return column.title.get(language, column.name)


def _is_stacked(report: Report) -> bool:
    return report.name in _STACKED

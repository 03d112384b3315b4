"""How the figures of a report are written, and how they changed against the period before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from contracts.calls.reporting import Column, Report
from gateway.days import day_in
from gateway.directory import Names
from gateway.texts import digits, has, text

#: What the values of a column of text are called, where the catalogue or the directory knows.
_GROUPS: Final = {
    "channel": "report.channel",
    "kind": "report.kind",
    "clock": "board.clock",
    "work_group": "report.work_group",
}
_PERSIAN: Final = str.maketrans({",": "٬", ".": "٫"})
#: From how many seconds on a duration is said in which unit.
_DURATIONS: Final = (
    (48 * 3600, 24 * 3600, "report.in_days"),
    (90 * 60, 3600, "report.in_hours"),
    (90, 60, "report.in_minutes"),
    (0, 1, "report.in_seconds"),
)
#: Of fewer, a change says nothing; nor does one to so many times as much.
_LEAST_TO_COMPARE: Final = 10
_MOST_PER_CENT: Final = 999


class Cell(NamedTuple):
    """A figure as it is written; `change` says how it moved, empty where that says nothing."""

    shown: str
    is_text: bool
    change: str = ""


class Told(NamedTuple):
    """A report as a page shows it."""

    columns: Sequence[Column]
    rows: list[list[Cell]]


def told(report: Report, before: Report | None, names: Names) -> Told:
    """Write a report; where there is a row of the same name before, with what has changed."""
    texts = [number for number, column in enumerate(report.columns) if column.unit == "text"]
    earlier = {_labels(row, texts): row for row in before.rows} if before else {}
    rows = [
        [
            _cell(column, value, _earlier(earlier.get(_labels(row, texts)), number), names)
            for number, (column, value) in enumerate(zip(report.columns, row, strict=True))
        ]
        for row in report.rows
    ]
    return Told(report.columns, rows)


def label_of(column: Column, value: Any, names: Names) -> str:
    """Give what a value of text is called."""
    if value in ("", None):
        return text(names.language, "report.nothing")
    if column.name == "unit":
        return names.unit(value)
    if column.name == "subject":
        return names.subject(value)
    if column.name == "day":
        return day_in(date.fromisoformat(value), "reader", names.language)
    if column.name == "line":
        return text(names.language, "report.line", number=digits(value, names.language))
    key = f"{_GROUPS.get(column.name, 'report.other')}.{value}"
    return text(names.language, key) if has(key) else str(value)


def figure_of(unit: str, value: Any, language: str) -> str:
    """Write a figure of the unit `count`, `seconds`, `percent` or `rials`; a dash for none."""
    if value is None:
        return "–"
    if unit == "seconds":
        size, key = next((size, key) for least, size, key in _DURATIONS if value >= least)
        return text(language, key, figure=written(round(value / size, 1), language))
    if unit == "percent":
        return text(language, "report.percent", figure=written(round(value, 1), language))
    return written(value, language)


def written(value: float, language: str) -> str:
    """Write a number with the digits, separators and decimal point of the language."""
    shown = f"{value:,.1f}".removesuffix(".0") if isinstance(value, float) else f"{value:,}"
    return digits(shown.translate(_PERSIAN) if language == "fa" else shown, language)


def _cell(column: Column, value: Any, earlier: Any, names: Names) -> Cell:
    if column.unit == "text":
        return Cell(label_of(column, value, names), is_text=True)
    shown = figure_of(column.unit, value, names.language)
    return Cell(shown, is_text=False, change=_change(column.unit, value, earlier, names.language))


def _change(unit: str, value: Any, earlier: Any, language: str) -> str:
    """Say how a figure moved: shares in points, all else in per cent of what it was."""
    if value is None or not earlier or (unit == "count" and earlier < _LEAST_TO_COMPARE):
        return ""
    in_points = unit == "percent"
    moved = round(value - earlier, 1) if in_points else round(100 * (value - earlier) / earlier)
    if not moved or abs(moved) > _MOST_PER_CENT:
        return ""
    figure = ("+" if moved > 0 else "−") + written(abs(moved), language)
    return text(language, "report.points" if in_points else "report.change", figure=figure)


def _labels(row: Sequence[Any], texts: Sequence[int]) -> tuple[Any, ...]:
    return tuple(row[number] for number in texts)


def _earlier(row: Sequence[Any] | None, number: int) -> Any:
    return row[number] if row else None

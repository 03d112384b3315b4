"""How a report becomes a table: figures are functions of summed measures. No report is named here.

The catalogue is `catalogue.py`; where the sums come from, `repository.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from contracts.calls.reporting import Column
from services.reporting.domain.rollups import Measures
from services.reporting.domain.spread import percentile

Sums = Mapping[str, int]
#: The figure of a row: from its own sums, and those of all rows with the same value of `by`.
Figure = Callable[[Sums, Sums], Any]
#: Summed measures by value of `by` and by part.
Groups = Mapping[tuple[str, str], Measures]

DIMENSIONS: dict[str, dict[str, str]] = {
    "channel": {"fa": "کانال", "en": "Channel"},
    "kind": {"fa": "نوع", "en": "Kind"},
    "subject": {"fa": "موضوع", "en": "Subject"},
    "unit": {"fa": "واحد", "en": "Unit"},
    "agreement": {"fa": "توافق‌نامه", "en": "Agreement"},
    "day": {"fa": "روز ثبت", "en": "Day of registering"},
}


#: What a report over tickets can be grouped by.
TICKET = ("channel", "kind", "subject", "unit", "day")


class Computed(NamedTuple):
    """A column with the function that fills it."""

    column: Column
    figure: Figure


class Definition(NamedTuple):
    """One report: its cube, what it can be grouped by, and its figures."""

    name: str
    title: dict[str, str]
    description: dict[str, str]
    cube: str
    by: tuple[str, ...]
    columns: tuple[Computed, ...]
    #: What the rows of a cube are told apart by beside `by`: the work group, the clock.
    part: Column | None = None
    #: The dimension that is always there and cannot be chosen.
    always_by: str | None = None
    #: The measures the figures read; all when empty.
    measures: tuple[str, ...] = ()

    def heads(self, by: str | None) -> list[Column]:
        """Give the columns of the table when grouped so."""
        grouped = [] if by is None else [Column(name=by, title=DIMENSIONS[by], unit="text")]
        parted = [] if self.part is None else [self.part]
        return [*grouped, *parted, *(computed.column for computed in self.columns)]

    def rows(self, by: str | None, groups: Groups) -> list[list[Any]]:
        """Give the rows in the order of their values; without a grouping there is always one."""
        if by is None and self.part is None and not groups:
            groups = {("", ""): {}}
        wholes = _wholes(groups)
        return [
            [*self._labels(by, value, part), *self._figures(sums, wholes[value])]
            for (value, part), sums in sorted(groups.items())
            if any(sums.values()) or by is None
        ]

    def _labels(self, by: str | None, value: str, part: str) -> list[str]:
        labels = [] if by is None else [value]
        return labels if self.part is None else [*labels, part]

    def _figures(self, sums: Sums, whole: Sums) -> list[Any]:
        return [computed.figure(sums, whole) for computed in self.columns]


def _wholes(groups: Groups) -> dict[str, Measures]:
    wholes: dict[str, Measures] = {}
    for (value, _), sums in groups.items():
        whole = wholes.setdefault(value, {})
        for measure, amount in sums.items():
            whole[measure] = whole.get(measure, 0) + amount
    return wholes


def column(name: str, fa: str, en: str, unit: str) -> Column:
    """Give a column of the unit `count`, `seconds`, `percent`, `rials`, `number` or `text`."""
    return Column(name=name, title={"fa": fa, "en": en}, unit=unit)


def total(measure: str) -> Figure:
    """A measure as it was summed."""
    return lambda sums, _: sums.get(measure, 0)


def share(measure: str) -> Figure:
    """The row's part of the measure among the rows with the same value, in per cent."""
    return lambda sums, whole: _percent(sums.get(measure, 0), whole.get(measure, 0))


def rate(part: str, *of: str) -> Figure:
    """A measure in per cent of the sum of others."""
    return lambda sums, _: _percent(sums.get(part, 0), sum(sums.get(name, 0) for name in of))


def mean(measure: str, over: str) -> Figure:
    """A sum divided by a count; None where there was nothing to count."""
    return lambda sums, _: round(sums.get(measure, 0) / sums[over], 1) if sums.get(over) else None


def at_percentile(measure: str, wanted: float) -> Figure:
    """A percentile of a spread measure, true to 5 %."""
    return lambda sums, _: percentile(sums, measure, wanted)


def seconds(name: str, fa: str, en: str, measure: str) -> tuple[Computed, ...]:
    """Give mean, median and 90th percentile of a spread measure of finished tickets."""
    return (
        Computed(
            column(f"{name}_mean", f"میانگین {fa}", f"{en}, mean", "seconds"),
            mean(measure, "finished"),
        ),
        Computed(
            column(f"{name}_median", f"میانهٔ {fa}", f"{en}, median", "seconds"),
            at_percentile(measure, 0.5),
        ),
        Computed(
            column(f"{name}_p90", f"صدک نودم {fa}", f"{en}, 90th percentile", "seconds"),
            at_percentile(measure, 0.9),
        ),
    )


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 2) if whole else None

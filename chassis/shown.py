"""Figures that one process of a service finds out now and then, and shows for a while.

Replicas take turns at finding them out: a gauge of one that does so no more would stay as it was
for ever, so what is old is not shown.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

from prometheus_client import REGISTRY
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from chassis.metrics import bounded, registered

#: By the metric's name, the values of its labels and the figure.
Figures = Mapping[str, Mapping[tuple[str, ...], float]]

#: How often they are found out: more seldom where that takes long, so that it takes a small part of
#: the time. They are old after so many times as long without.
_EVERY_SECONDS, _SHARE = 15.0, 20
_OLD = 4


class Shown(Collector):
    """Gauges of the table of metrics."""

    def __init__(self, find_out: Callable[[], Figures]) -> None:
        self._find_out = find_out
        self._figures: Figures = {}
        self._found_at = float("-inf")
        self._every = _EVERY_SECONDS

    def refresh(self) -> None:
        """Find out anew where it is time to; raises UnregisteredMetric."""
        if self._age < self._every:
            return
        began = time.monotonic()
        found = self._find_out()
        self._every = max(_EVERY_SECONDS, _SHARE * (time.monotonic() - began))
        self._figures = {
            name: {bounded(name, values): figure for values, figure in rows.items()}
            for name, rows in found.items()
        }
        self._found_at = time.monotonic()
        _ = self._registered

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Give what is not too old."""
        if self._age > _OLD * self._every:
            return
        for name, rows in self._figures.items():
            line = registered(name)
            family = GaugeMetricFamily(name, line.description, labels=line.labels)
            for values, figure in rows.items():
                family.add_metric(values, figure)
            yield family

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Give nothing: what is shown is not known beforehand."""
        return ()

    @property
    def _age(self) -> float:
        return time.monotonic() - self._found_at

    @cached_property
    def _registered(self) -> bool:
        REGISTRY.register(self)
        return True

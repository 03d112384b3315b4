"""Figures that one process finds out and shows for a while."""

import pytest
from prometheus_client.core import GaugeMetricFamily

from chassis import shown
from chassis.metrics import UnregisteredMetric
from chassis.shown import Shown


@pytest.fixture
def now(monkeypatch):
    clock = [1000.0]
    monkeypatch.setattr(shown.time, "monotonic", lambda: clock[0])
    return clock


def read(place: Shown) -> dict[tuple[str, ...], float]:
    families: list[GaugeMetricFamily] = list(place.collect())
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }


def test_figures_are_shown_until_they_are_old(now):
    place = Shown(lambda: {"peygir_tickets_open": {("new", "4h"): 3}})

    before = read(place)
    place.refresh()
    fresh = read(place)
    now[0] += 61

    assert before == read(place) == {}
    assert fresh == {("peygir_tickets_open", "new", "4h"): 3}


def test_they_are_found_out_every_quarter_of_a_minute(now):
    counts = iter(range(10))
    place = Shown(lambda: {"peygir_tickets_unassigned": {(): next(counts)}})

    place.refresh()
    now[0] += 14
    place.refresh()
    soon = read(place)
    now[0] += 2
    place.refresh()

    assert soon == {("peygir_tickets_unassigned",): 0}
    assert read(place) == {("peygir_tickets_unassigned",): 1}


def test_what_takes_long_is_found_out_more_seldom(now):
    def dear():
        now[0] += 2.5
        return {"peygir_tickets_unassigned": {(): now[0]}}

    place = Shown(dear)
    place.refresh()
    first = read(place)
    now[0] += 49
    place.refresh()

    assert read(place) == first
    now[0] += 2
    place.refresh()
    assert read(place) != first


def test_a_figure_that_is_not_in_the_table_is_refused(now):
    with pytest.raises(UnregisteredMetric):
        Shown(lambda: {"peygir_nobody_knows": {(): 1}}).refresh()

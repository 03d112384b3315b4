"""The table of metrics."""

import re

import pytest
from prometheus_client import REGISTRY

from chassis.metrics import LABELS, METRICS, OTHER, UnregisteredMetric, bounded, metric, watch


def test_a_metric_that_is_not_in_the_table_cannot_be_counted():
    with pytest.raises(UnregisteredMetric):
        metric("peygir_nobody_knows_total")


def test_a_metric_takes_all_its_labels_or_none():
    with pytest.raises(ValueError, match="label"):
        metric("peygir_calls_total", "register_ticket")


def test_a_metric_is_made_once():
    assert metric("peygir_calls_total", "m", "ok") is metric("peygir_calls_total", "m", "ok")


@pytest.mark.parametrize("name", METRICS)
def test_names_follow_the_rules(name):
    kind, description, labels, buckets = METRICS[name]

    assert re.fullmatch(r"peygir_[a-z_]+", name)
    assert name.endswith("_total") == (kind == "counter")
    assert description.endswith(".")
    assert bool(buckets) == (kind == "histogram")
    assert not set(labels) & {"stream", "code", "ticket", "person", "requester", "id"}


def test_every_label_has_a_bound_and_every_bound_a_label():
    assert {label for line in METRICS.values() for label in line.labels} == LABELS.keys()


def test_what_goes_beyond_a_label_s_bound_is_counted_as_other():
    name = "peygir_recent_clocks"
    values = [bounded(name, ("response", f"verdict {number}")) for number in range(20)]

    assert len(set(values)) == LABELS["verdict"] + 1
    assert values[-1] == ("response", OTHER)


def test_a_gauge_that_is_watched_is_looked_at_when_it_is_read():
    figures = iter([3.0, 5.0])
    watch(lambda: next(figures), "peygir_pool_in_use", "watched")

    assert [_read("peygir_pool_in_use", pool="watched") for _ in range(2)] == [3.0, 5.0]


def _read(name, **labels):
    return REGISTRY.get_sample_value(name, labels)

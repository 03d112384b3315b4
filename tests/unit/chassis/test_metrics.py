"""The table of metrics."""

import re

import pytest

from chassis.metrics import METRICS, UnregisteredMetric, metric


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

"""Every metric there is, in one table; a metric that is not in it cannot be counted.

Names follow prometheus.io/docs/practices/naming. Labels take values from small closed sets: never
ids, addresses or texts. docs/metrics.md is generated from the table.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Literal, NamedTuple

from prometheus_client import REGISTRY, Counter, Gauge, Histogram, disable_created_metrics

disable_created_metrics()


class UnregisteredMetric(LookupError):
    """Raised when a metric is used that METRICS does not list."""


class Metric(NamedTuple):
    """One line of the table."""

    kind: Literal["counter", "gauge", "histogram"]
    description: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
_LATE = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 1800)
_SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500)

METRICS: dict[str, Metric] = {
    "peygir_build_info": Metric("gauge", "Always 1; says what runs.", ("service", "version")),
    "peygir_calls_total": Metric("counter", "Calls answered.", ("method", "outcome")),
    "peygir_call_seconds": Metric("histogram", "Time to answer a call.", ("method",), _FAST),
    "peygir_http_requests_total": Metric(
        "counter", "Requests the gateway answered.", ("route", "method", "status")
    ),
    "peygir_http_request_seconds": Metric(
        "histogram", "Time the gateway took to answer.", ("route", "method"), _FAST
    ),
    "peygir_live_pages": Metric("gauge", "Open pages that are told what happens."),
    "peygir_commits_total": Metric("counter", "Commits stored in the journal.", ("outcome",)),
    "peygir_commit_group_size": Metric(
        "histogram", "Documents written together in one insert.", (), _SIZES
    ),
    "peygir_events_published_total": Metric("counter", "Events the broker confirmed."),
    "peygir_relay_pending_events": Metric("gauge", "Events stored and not yet published."),
    "peygir_relay_lag_seconds": Metric(
        "histogram", "From the commit to the broker's confirmation.", (), _LATE
    ),
    "peygir_events_handled_total": Metric(
        "counter", "Events seen by a consumer.", ("source", "type", "outcome")
    ),
    "peygir_event_handling_seconds": Metric(
        "histogram", "Time to handle one batch of events.", ("source",), _FAST
    ),
    "peygir_event_batch_size": Metric(
        "histogram", "Events handled in one batch.", ("source",), _SIZES
    ),
    "peygir_event_lag_seconds": Metric(
        "histogram", "From an event's time to its being applied.", ("source",), _LATE
    ),
    "peygir_events_undecodable_total": Metric(
        "counter", "Messages that were no event and went to the dead queue.", ("source",)
    ),
    "peygir_events_caught_up_total": Metric(
        "counter", "Events read from a journal and not from the broker.", ("source",)
    ),
    "peygir_lagging_streams": Metric(
        "gauge", "Streams with an event that waits to be tried again.", ("source",)
    ),
    "peygir_stuck_streams": Metric(
        "gauge", "Streams with an event that an operator has to look at.", ("source",)
    ),
    "peygir_broker_connected": Metric("gauge", "1 while connected to the broker."),
    "peygir_lease_held": Metric("gauge", "1 while this process holds the lease.", ("lease",)),
    "peygir_due_lateness_seconds": Metric(
        "histogram", "From a due instant to its event being confirmed.", (), _LATE
    ),
    "peygir_due_waiting": Metric("gauge", "Due times loaded and not yet come."),
    "peygir_job_runs_total": Metric("counter", "Runs of periodic jobs.", ("job", "outcome")),
    "peygir_tickets_registered_total": Metric(
        "counter", "Tickets registered.", ("channel", "kind")
    ),
    "peygir_sla_breaches_total": Metric("counter", "Targets missed.", ("clock", "confirmed")),
    "peygir_sla_replanning_left": Metric("gauge", "Tickets that go by superseded calendars."),
    "peygir_sla_warnings_total": Metric("counter", "Marks passed before a target.", ("clock",)),
    "peygir_assignments_total": Metric(
        "counter", "Tickets brought to a person or to a queue.", ("outcome",)
    ),
    "peygir_deliveries_total": Metric(
        "counter", "Deliveries by what became of them.", ("channel", "outcome")
    ),
    "peygir_delivery_seconds": Metric(
        "histogram", "From a delivery being owed to the provider taking it.", ("channel",), _LATE
    ),
    "peygir_rate_limited_total": Metric("counter", "Requests refused by a limit.", ("limit",)),
}

_KINDS: dict[str, Any] = {"counter": Counter, "gauge": Gauge, "histogram": Histogram}


@cache
def metric(name: str, *values: str) -> Any:
    """Give the metric, or its child for the label values; raises UnregisteredMetric."""
    if values:
        return metric(name).labels(*values)
    if name not in METRICS:
        raise UnregisteredMetric(name)
    kind, description, labels, buckets = METRICS[name]
    options = {"buckets": buckets} if buckets else {}
    return _KINDS[kind](name, description, labels, registry=REGISTRY, **options)

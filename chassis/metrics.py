"""Every metric there is, in one table; a metric that is not in it cannot be counted.

Names follow prometheus.io/docs/practices/naming. Labels take values from small closed sets: never
ids, addresses or texts; LABELS says how small, and what goes beyond is counted as `other`.
docs/metrics.md is generated from the table.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
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
    "peygir_calls_in_flight": Metric("gauge", "Calls that are being answered."),
    "peygir_http_requests_total": Metric(
        "counter", "Requests the gateway answered.", ("route", "method", "status")
    ),
    "peygir_http_request_seconds": Metric(
        "histogram", "Time the gateway took to answer.", ("route", "method"), _FAST
    ),
    "peygir_http_in_flight": Metric("gauge", "Requests that the gateway is answering."),
    "peygir_http_connections": Metric("gauge", "Connections that clients hold to the gateway."),
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
    "peygir_relay_oldest_seconds": Metric(
        "gauge", "How long the oldest event has been stored that is not published; 0 without one."
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
    "peygir_events_waiting_seconds": Metric(
        "gauge",
        "How old the first event is that arrived and is not applied; 0 without one.",
        ("source",),
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
    "peygir_database_connected": Metric("gauge", "1 while the database answers."),
    "peygir_redis_connected": Metric("gauge", "1 while Redis answers the gateway."),
    "peygir_pool_connections": Metric("gauge", "Connections kept in a pool.", ("pool",)),
    "peygir_pool_in_use": Metric("gauge", "Connections of a pool that are in use.", ("pool",)),
    "peygir_pool_most": Metric("gauge", "Connections that a pool may have.", ("pool",)),
    "peygir_lease_held": Metric("gauge", "1 while this process holds the lease.", ("lease",)),
    "peygir_due_lateness_seconds": Metric(
        "histogram", "From a due instant to its event being confirmed.", (), _LATE
    ),
    "peygir_due_overdue_seconds": Metric(
        "gauge", "How long the first due time has passed that nobody has decided about; else 0."
    ),
    "peygir_due_waiting": Metric("gauge", "Due times loaded and not yet come."),
    "peygir_job_runs_total": Metric("counter", "Runs of periodic jobs.", ("name", "outcome")),
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
    "peygir_deliveries_waiting": Metric(
        "gauge", "Tickets about which something is to be sent, now or later.", ("channel",)
    ),
    "peygir_deliveries_oldest_seconds": Metric(
        "gauge",
        "How long what should have been sent first has waited; 0 without any.",
        ("channel",),
    ),
    "peygir_webhook_posts_total": Metric(
        "counter", "Attempts to post an event to a webhook.", ("outcome",)
    ),
    "peygir_webhook_deliveries_total": Metric(
        "counter", "Events delivered to webhooks, or given up.", ("outcome",)
    ),
    "peygir_webhook_lag_seconds": Metric(
        "histogram", "From an event to a webhook's receiver having it.", (), _LATE
    ),
    "peygir_webhook_waiting": Metric("gauge", "Events taken over for webhooks, not yet settled."),
    "peygir_webhooks_stopped": Metric(
        "gauge", "Webhooks that are switched on and get nothing: receivers gone or failing."
    ),
    "peygir_rate_limited_total": Metric("counter", "Requests refused by a limit.", ("limit",)),
    "peygir_tickets_open": Metric(
        "gauge",
        "Open tickets by state and by the hours since they were registered.",
        ("state", "age"),
    ),
    "peygir_tickets_unassigned": Metric("gauge", "Open tickets that wait for a free person."),
    "peygir_tickets_unassigned_oldest_seconds": Metric(
        "gauge", "How long ago the oldest of them was registered; 0 without one."
    ),
    "peygir_recent_tickets": Metric(
        "gauge",
        "Of the tickets registered in the last 30 days: how many there are, how many of them are "
        "finished, finished at first contact, reopened.",
        ("what",),
    ),
    "peygir_recent_clocks": Metric(
        "gauge", "Clocks of these tickets by their verdict.", ("clock", "verdict")
    ),
    "peygir_recent_cost_rials": Metric("gauge", "What the work logged on these tickets cost."),
    "peygir_recent_touch_seconds": Metric("gauge", "How long that work took."),
}

#: How many values each label has at most, in one process: what code and administrators define,
#: never what a request brings.
LABELS = {
    "age": 8,
    "channel": 8,
    "clock": 64,
    "confirmed": 2,
    "kind": 8,
    "lease": 32,
    "limit": 16,
    "method": 300,
    "name": 64,
    "outcome": 16,
    "pool": 8,
    "route": 500,
    "service": 2,
    "source": 8,
    "state": 16,
    "status": 64,
    "type": 200,
    "verdict": 4,
    "version": 2,
    "what": 8,
}
OTHER = "other"

_KINDS: dict[str, Any] = {"counter": Counter, "gauge": Gauge, "histogram": Histogram}
_seen: defaultdict[str, set[str]] = defaultdict(set)


@cache
def metric(name: str, *values: str) -> Any:
    """Give the metric, or its child for the label values; raises UnregisteredMetric."""
    if values:
        return metric(name).labels(*bounded(name, values))
    kind, description, labels, buckets = registered(name)
    options = {"buckets": buckets} if buckets else {}
    return _KINDS[kind](name, description, labels, registry=REGISTRY, **options)


def watch(look: Callable[[], float], name: str, *values: str) -> None:
    """Have a gauge look for its value whenever it is read: that costs nothing in between."""
    metric(name, *values).set_function(look)


def registered(name: str) -> Metric:
    """Give a line of the table; raises UnregisteredMetric."""
    if name not in METRICS:
        raise UnregisteredMetric(name)
    return METRICS[name]


def bounded(name: str, values: tuple[str, ...]) -> tuple[str, ...]:
    """Give label values with `other` for each that is one more than its label may have."""
    labels = registered(name).labels
    if len(labels) != len(values):
        raise ValueError(f"{name} has the labels {', '.join(labels)}")
    return tuple(_bounded(label, value) for label, value in zip(labels, values, strict=True))


def _bounded(label: str, value: str) -> str:
    seen = _seen[label]
    if value not in seen and len(seen) >= LABELS[label]:
        return OTHER
    seen.add(value)
    return value

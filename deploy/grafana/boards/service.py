"""One service, or several beside each other: what it is asked, what it is told, what it does."""

from deploy.grafana.asking import RATE, rates, slowest
from deploy.grafana.panels import Board, Panel, Query, Row

_JOB = 'job=~"$job"'

CALLS = Row(
    "What it is asked",
    [
        Panel(
            "Calls by method",
            "Answered a second.",
            "reqps",
            "requests-fail",
            rates("peygir_calls_total", "method", _JOB),
            "stack",
        ),
        Panel(
            "Calls by outcome",
            "Refused is the caller's matter; unavailable: something was away; failed: our fault.",
            "reqps",
            "requests-fail",
            rates("peygir_calls_total", "outcome", _JOB),
            "stack",
        ),
        Panel(
            "Time to answer a call",
            "99 of 100 calls of each method are answered within it.",
            "s",
            "requests-fail",
            slowest("peygir_call_seconds", "method", _JOB),
            limits=(0.5, 2.5),
        ),
        Panel(
            "Calls being answered",
            "At this moment, by process.",
            "short",
            "process-full",
            [Query(f"peygir_calls_in_flight{{{_JOB}}}", "{{job}} {{instance}}")],
        ),
        Panel(
            "Requests by route",
            "Of the gateway, a second.",
            "reqps",
            "requests-fail",
            [
                Query(
                    "sum by (route, method)"
                    f" (rate(peygir_http_requests_total{{{_JOB}}}{RATE})) > 0",
                    "{{method}} {{route}}",
                )
            ],
            "stack",
        ),
        Panel(
            "Time to answer by route",
            "99 of 100 requests of the gateway are answered within it.",
            "s",
            "requests-fail",
            slowest(
                "peygir_http_request_seconds", "route method", _JOB, legend="{{method}} {{route}}"
            ),
            limits=(1, 2.5),
        ),
    ],
)

EVENTS = Row(
    "What it is told",
    [
        Panel(
            "Events handled",
            "A second by type and outcome. Lagging ones are tried again.",
            "cps",
            "events-late",
            [
                Query(
                    "sum by (type, outcome)"
                    f" (rate(peygir_events_handled_total{{{_JOB}}}{RATE})) > 0",
                    "{{type}} {{outcome}}",
                )
            ],
            "stack",
        ),
        Panel(
            "Time to handle a batch",
            "99 of 100 batches of a source are handled within it.",
            "s",
            "events-late",
            slowest(
                "peygir_event_handling_seconds", "job source", _JOB, legend="{{source}} to {{job}}"
            ),
            limits=(1, 5),
        ),
        Panel(
            "From happening to being applied",
            "99 of 100 events are applied within it. Seconds are right; figures may take longer.",
            "s",
            "events-late",
            slowest("peygir_event_lag_seconds", "job source", _JOB, legend="{{source}} to {{job}}"),
            limits=(5, 60),
        ),
    ],
)

ITSELF = Row(
    "What it does by itself, and what it takes",
    [
        Panel(
            "Periodic jobs that fail",
            "A minute. One that never succeeds is told by an alert.",
            "short",
            "job-fails",
            rates(
                "peygir_job_runs_total", "job name", 'job=~"$job",outcome="failed"', a_minute=True
            ),
        ),
        Panel(
            "Processor",
            "One process can use one processor: 100 % is all it can do.",
            "percentunit",
            "process-full",
            [Query(f"rate(process_cpu_seconds_total{{{_JOB}}}{RATE})", "{{job}} {{instance}}")],
            limits=(0.7, 0.9),
        ),
        Panel(
            "Memory",
            "Resident, by process.",
            "bytes",
            "crash-loop",
            [Query(f"process_resident_memory_bytes{{{_JOB}}}", "{{job}} {{instance}}")],
        ),
    ],
)

SERVICE = Board(
    "peygir-service",
    "Peygir: one service",
    "Rate, errors and duration of all that a service is asked and told. Choose it above.",
    [CALLS, EVENTS, ITSELF],
    job=True,
)

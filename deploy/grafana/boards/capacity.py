"""How full everything is, and when another replica is needed."""

from deploy.grafana.asking import RATE, largest, rates
from deploy.grafana.boards.overview import PROCESSES
from deploy.grafana.panels import Board, Panel, Query, Row

FULL = Row(
    "How full processes are",
    [
        Panel(
            "Processor",
            "One process can use one processor: at 90 % start another replica.",
            "percentunit",
            "process-full",
            [
                Query(
                    f"max by (job) (rate(process_cpu_seconds_total{{{PROCESSES}}}{RATE}))",
                    "{{job}}",
                )
            ],
            limits=(0.7, 0.9),
        ),
        Panel(
            "Memory",
            "Resident, the largest process of each service.",
            "bytes",
            "crash-loop",
            largest("process_resident_memory_bytes", "job", PROCESSES),
        ),
        Panel(
            "Open files",
            "Part of what a process may open; connections count.",
            "percentunit",
            "process-full",
            [Query(f"max by (job) (process_open_fds{{{PROCESSES}}} / process_max_fds)", "{{job}}")],
            limits=(0.6, 0.8),
        ),
    ],
)

CONNECTIONS = Row(
    "Connections",
    [
        Panel(
            "Pools",
            "Part of a pool's connections in use. Full for minutes: what is behind it is slow.",
            "percentunit",
            "process-full",
            [
                Query(
                    "max by (job, pool) (peygir_pool_in_use / peygir_pool_most)",
                    "{{job}} to {{pool}}",
                )
            ],
            limits=(0.7, 0.9),
        ),
        Panel(
            "Clients",
            "Connections to the gateway, requests being answered, pages that are told news.",
            "short",
            "process-full",
            [
                Query("sum(peygir_http_connections)", "connections"),
                Query("sum(peygir_http_in_flight)", "requests"),
                Query("sum(peygir_live_pages)", "live pages"),
            ],
        ),
        Panel(
            "Refused by limits",
            "A minute. Somebody guesses passwords or codes, or a program asks too often.",
            "short",
            "requests-fail",
            rates("peygir_rate_limited_total", "limit", a_minute=True),
        ),
    ],
)

COST = Row(
    "What a ticket costs",
    [
        Panel(
            "Processor by ticket",
            "Seconds of all services together by ticket registered; nothing while none is.",
            "s",
            "process-full",
            [
                Query(
                    f"sum(rate(process_cpu_seconds_total{{{PROCESSES}}}[5m]))"
                    " / clamp_min(sum(rate(peygir_tickets_registered_total[5m])), 0.001)"
                )
            ],
            width=12,
        ),
        Panel(
            "Events by source",
            "Handled a second, all consumers together.",
            "cps",
            "events-late",
            rates("peygir_events_handled_total", "source"),
            "stack",
            width=12,
        ),
    ],
)

CAPACITY = Board(
    "peygir-capacity",
    "Peygir: capacity",
    "How full processes and connections are, and when another replica is needed.",
    [FULL, CONNECTIONS, COST],
)

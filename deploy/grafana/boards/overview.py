"""What to look at first at three in the morning: is anything wrong, and where."""

from typing import Final

from deploy.grafana.asking import figure, half_and_slowest, rates
from deploy.grafana.panels import Board, Panel, Query, Row

_ALERTS: Final = 'ALERTS{{alertname=~"Peygir.+",alertstate="firing",severity="{}"}}'
PROCESSES: Final = 'job=~"intake|routing|sla|notify|reporting|gateway"'

NOW = Row(
    "Now",
    [
        figure(
            "Critical alerts",
            "Somebody has to do something now. 0 is right.",
            "short",
            "README",
            f"count({_ALERTS.format('critical')}) or vector(0)",
            (1,),
            width=4,
        ),
        figure(
            "Warnings",
            "Something to look at today. 0 is right.",
            "short",
            "README",
            f"count({_ALERTS.format('warning')}) or vector(0)",
            (1, 1000),
            width=4,
        ),
        figure(
            "Processes that answer",
            "The part of all processes that Prometheus reaches; all of them is right.",
            "percentunit",
            "service-away",
            f"avg(up{{{PROCESSES}}})",
            (0.5, 1),
            width=4,
            lower_is_worse=True,
        ),
        figure(
            "Requests that fail",
            "The part of requests that the gateway answers with 5xx. Above 1 % people notice.",
            "percentunit",
            "requests-fail",
            "peygir:http_requests_failed:ratio_rate5m",
            (0.001, 0.01),
            width=4,
        ),
        figure(
            "Tickets standing still",
            "A service could not apply something to them and waits for you. 0 is right.",
            "short",
            "stuck-tickets",
            "sum(peygir_stuck_streams)",
            (1,),
            width=4,
        ),
        figure(
            "Alarms overdue",
            "How long ago the first clock ran out of which nobody was told. 0 is right.",
            "s",
            "alarms-late",
            'max(peygir_due_overdue_seconds{job="sla"})',
            (1, 10),
            width=4,
        ),
    ],
)

SERVERS = Row(
    "Servers behind it",
    [
        Panel(
            "MongoDB answers",
            "Yes for every service is right; without it nothing is taken.",
            "bool_yes_no",
            "database-away",
            [Query("min by (job) (peygir_database_connected)", "{{job}}")],
            "stat",
            limits=(1,),
            lower_is_worse=True,
        ),
        Panel(
            "RabbitMQ answers",
            "Yes for every service is right; without it things happen a few seconds late.",
            "bool_yes_no",
            "broker-away",
            [Query("min by (job) (peygir_broker_connected)", "{{job}}")],
            "stat",
            limits=(1,),
            lower_is_worse=True,
        ),
        Panel(
            "Redis answers",
            "Yes is right; without it each gateway counts limits for itself.",
            "bool_yes_no",
            "redis-away",
            [Query("min(peygir_redis_connected)", "gateway")],
            "stat",
            limits=(1,),
            lower_is_worse=True,
        ),
    ],
)

WORK = Row(
    "What goes through",
    [
        Panel(
            "Requests by status",
            "What people and programs ask, a second. 5xx is our fault, 4xx theirs.",
            "reqps",
            "requests-fail",
            rates("peygir_http_requests_total", "status"),
            "stack",
        ),
        Panel(
            "Time to answer",
            "Half and 99 of 100 requests are answered within it. Above 1 s people wait.",
            "s",
            "requests-fail",
            half_and_slowest("peygir_http_request_seconds"),
            limits=(1, 2.5),
        ),
        Panel(
            "Tickets registered",
            "A minute, by the channel they came by. None at a busy hour is wrong.",
            "short",
            "requests-fail",
            rates("peygir_tickets_registered_total", "channel", a_minute=True),
            "stack",
        ),
        Panel(
            "Events on their way",
            "How long the oldest has waited: to be published, to be applied. Seconds are right.",
            "s",
            "events-late",
            [
                Query("max by (job) (peygir_relay_oldest_seconds)", "{{job}} to the broker"),
                Query(
                    "max by (job, source) (peygir_events_waiting_seconds)", "{{source}} to {{job}}"
                ),
            ],
            limits=(10, 60),
        ),
        Panel(
            "Messages to people",
            "Attempts a minute by what became of them. Failed ones are tried again, refused not.",
            "short",
            "provider-away",
            rates("peygir_deliveries_total", "outcome", a_minute=True),
            "stack",
        ),
        Panel(
            "Starts of processes",
            "Within a quarter of an hour. After a deployment each once; more is a crash loop.",
            "short",
            "crash-loop",
            [
                Query(
                    f"sum by (job) (changes(process_start_time_seconds{{{PROCESSES}}}[15m]))",
                    "{{job}}",
                )
            ],
            limits=(3,),
        ),
    ],
)

OVERVIEW = Board(
    "peygir-overview",
    "Peygir: overview",
    "Whether anything is wrong, and where. Every panel leads to a page that says what to do.",
    [NOW, SERVERS, WORK],
)

"""How events get from the journal of one service to the others."""

from deploy.grafana.asking import RATE, largest, rates, slowest, sums
from deploy.grafana.panels import Board, Panel, Query, Row

_QUEUES = 'queue=~".+--.+[.]v[0-9]+"'

JOURNAL = Row(
    "The journal and its relay",
    [
        Panel(
            "Commits",
            "Stored a second by service. Not stored: refused, or written by somebody else first.",
            "cps",
            "database-away",
            rates("peygir_commits_total", "job outcome"),
            "stack",
        ),
        Panel(
            "Waiting to be published",
            "Events that are stored and that the broker has not confirmed.",
            "short",
            "events-late",
            sums("peygir_relay_pending_events", "job"),
            limits=(1000, 10000),
        ),
        Panel(
            "Oldest that is not published",
            "Below a second is right.",
            "s",
            "events-late",
            largest("peygir_relay_oldest_seconds", "job"),
            limits=(10, 60),
        ),
        Panel(
            "Events published",
            "Confirmed by the broker, a second.",
            "cps",
            "broker-away",
            rates("peygir_events_published_total", "job"),
            "stack",
        ),
        Panel(
            "From commit to confirmation",
            "99 of 100 events are confirmed within it.",
            "s",
            "events-late",
            slowest("peygir_relay_lag_seconds", "job"),
            limits=(1, 60),
        ),
        Panel(
            "Written together",
            "Documents in one insert, on average: grows with the load, and that is right.",
            "short",
            "database-away",
            [
                Query(
                    f"sum by (job) (rate(peygir_commit_group_size_sum{RATE}))"
                    f" / (sum by (job) (rate(peygir_commit_group_size_count{RATE})) > 0)",
                    "{{job}}",
                )
            ],
        ),
    ],
)

QUEUES = Row(
    "The broker's queues",
    [
        Panel(
            "Messages in queues",
            "Waiting to be read. Near 0 is right; rising for minutes is not.",
            "short",
            "events-late",
            sums("rabbitmq_detailed_queue_messages_ready", "queue", _QUEUES),
            limits=(1000, 10000),
        ),
        Panel(
            "Readers of queues",
            "At least one for each is right.",
            "short",
            "events-late",
            sums("rabbitmq_detailed_queue_consumers", "queue", _QUEUES),
        ),
        Panel(
            "Dead messages",
            "No events of ours; no ticket waits for them. Somebody else publishes there.",
            "short",
            "stuck-tickets",
            sums("rabbitmq_detailed_queue_messages", "queue", 'queue=~".+[.]dead"'),
            limits=(1,),
        ),
    ],
)

CONSUMERS = Row(
    "Those who listen",
    [
        Panel(
            "Oldest that is not applied",
            "How old the first event is that has arrived and waits. Seconds are right.",
            "s",
            "events-late",
            largest("peygir_events_waiting_seconds", "job source", legend="{{source}} to {{job}}"),
            limits=(10, 60),
        ),
        Panel(
            "Read from journals",
            "Events that came by another way than the broker: normal at a start and while it is"
            " away.",
            "cps",
            "broker-away",
            [
                Query(
                    f"sum by (job, source) (rate(peygir_events_caught_up_total{RATE}))",
                    "{{source}} to {{job}}",
                )
            ],
        ),
        Panel(
            "Tickets that lag or stand still",
            "Lagging ones are tried again; those that stand still wait for you.",
            "short",
            "stuck-tickets",
            [
                Query("sum by (job) (peygir_lagging_streams)", "{{job}} lagging"),
                Query("sum by (job) (peygir_stuck_streams)", "{{job}} standing still"),
            ],
            limits=(1,),
        ),
    ],
)

BUS = Board(
    "peygir-bus",
    "Peygir: bus and journal",
    "How events get from the journal of one service to the others, and where they wait.",
    [JOURNAL, QUEUES, CONSUMERS],
)

"""Clocks and messages: the three promises over 30 days, and what becomes of alarms and notices."""

from deploy.grafana.asking import RATE, half_and_slowest, slowest
from deploy.grafana.panels import Board, Panel, Query, Row

KEPT = Row(
    "What we promise over 30 days",
    [
        Panel(
            "Faults against what is allowed",
            "1 uses up exactly a month's share in a month; above 14 it is gone in two days.",
            "short",
            runbook,
            [
                Query(
                    f'peygir:promise_errors:ratio_rate{window}{{promise="{name}"}} / {allowed}',
                    window,
                )
                for window in ("5m", "1h", "6h", "3d")
            ],
            limits=(1, 14.4),
        )._replace(title=title)
        for name, title, allowed, runbook in (
            ("accepting", "Accepting: how fast faults burn", 0.001, "requests-fail"),
            ("telling", "Telling: how fast faults burn", 0.01, "provider-away"),
            ("timing", "Timing: how fast faults burn", 0.001, "alarms-late"),
        )
    ],
)

CLOCKS = Row(
    "Clocks",
    [
        Panel(
            "How late alarms are",
            "Half and 99 of 100 are told within it after their time. Below a second is right.",
            "s",
            "alarms-late",
            half_and_slowest("peygir_due_lateness_seconds", 'job="sla"'),
            limits=(0.5, 1),
        ),
        Panel(
            "Targets missed and nearly missed",
            "An hour, by clock: marks passed before a target, and targets missed.",
            "short",
            "alarms-late",
            [
                Query(
                    "sum by (clock) (increase(peygir_sla_breaches_total[1h]))", "{{clock}} missed"
                ),
                Query(
                    "sum by (clock) (increase(peygir_sla_warnings_total[1h]))", "{{clock}} warned"
                ),
            ],
        ),
        Panel(
            "Due times",
            "Loaded and not yet come; and how long the first has passed without a decision.",
            "short",
            "alarms-late",
            [
                Query('sum(peygir_due_waiting{job="sla"})', "come within seconds"),
                Query('max(peygir_due_overdue_seconds{job="sla"})', "seconds overdue"),
            ],
        ),
    ],
)

MESSAGES = Row(
    "Messages",
    [
        Panel(
            "Attempts by channel",
            "A minute. Failed is tried again; refused is not.",
            "short",
            "provider-away",
            [
                Query(
                    f"60 * sum by (channel, outcome) (rate(peygir_deliveries_total{RATE})) > 0"
                    f" or 60 * sum by (channel, outcome) (rate(peygir_deliveries_total"
                    f'{{outcome="sent"}}{RATE}))',
                    "{{channel}} {{outcome}}",
                )
            ],
            "stack",
        ),
        Panel(
            "From being owed to being sent",
            "99 of 100 messages of a channel are with its provider within it.",
            "s",
            "provider-away",
            slowest("peygir_delivery_seconds", "channel"),
            limits=(5, 60),
        ),
        Panel(
            "Tickets with something to send",
            "Now or later, by channel; and how long the first that should be sent has waited.",
            "short",
            "provider-away",
            [
                Query("max by (channel) (peygir_deliveries_waiting)", "{{channel}} tickets"),
                Query(
                    "max by (channel) (peygir_deliveries_oldest_seconds)",
                    "{{channel}} seconds late",
                ),
            ],
        ),
    ],
)

WEBHOOKS = Row(
    "Webhooks",
    [
        Panel(
            "Events posted",
            "A minute: attempts, and events delivered or given up. Far more attempts: receivers"
            " are in trouble.",
            "short",
            "webhook-fails",
            [
                Query(f"60 * sum(rate(peygir_webhook_posts_total{RATE})) or vector(0)", "attempts"),
                Query(
                    f"60 * sum(rate(peygir_webhook_deliveries_total{RATE})) or vector(0)", "events"
                ),
            ],
        ),
        Panel(
            "Events that wait for a receiver",
            "Taken over and not yet settled. They are tried again for days.",
            "short",
            "webhook-fails",
            [Query("sum(peygir_webhook_waiting) or vector(0)", "events")],
        ),
        Panel(
            "Attempts that came to nothing",
            "A minute, by what the receivers did. All of one receiver's: it is in trouble.",
            "short",
            "webhook-fails",
            [
                Query(
                    "60 * sum by (outcome)"
                    f' (rate(peygir_webhook_posts_total{{outcome!="taken"}}{RATE}))'
                    ' or on () label_replace(vector(0), "outcome", "none", "", "")',
                    "{{outcome}}",
                )
            ],
            "stack",
        ),
        Panel(
            "Webhooks that were stopped",
            "Switched on, and get nothing: the receiver is gone or takes nothing. 0 is right.",
            "short",
            "webhook-fails",
            [Query("max(peygir_webhooks_stopped)", "webhooks")],
            limits=(1,),
        ),
        Panel(
            "From happening to a receiver having it",
            "On average. Seconds are right.",
            "s",
            "webhook-fails",
            [
                Query(
                    f"sum(rate(peygir_webhook_lag_seconds_sum{RATE}))"
                    f" / clamp_min(sum(rate(peygir_webhook_lag_seconds_count{RATE})), 0.001)"
                    " or vector(0)",
                    "average",
                )
            ],
        ),
    ],
)

PROMISES = Board(
    "peygir-promises",
    "Peygir: service levels and messages",
    "The promises to users, alarms of clocks, and what becomes of messages to people.",
    [KEPT, CLOCKS, MESSAGES, WEBHOOKS],
)

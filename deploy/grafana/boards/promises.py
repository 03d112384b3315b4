"""Clocks and messages: the three promises over 30 days, and what becomes of alarms and notices."""

from deploy.grafana.panels import Board, Panel, Query, Row

_RATE = "[$__rate_interval]"

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
            [
                Query(
                    f"histogram_quantile({share}, sum by (le)"
                    f' (rate(peygir_due_lateness_seconds_bucket{{job="sla"}}{_RATE})))',
                    name,
                )
                for share, name in ((0.5, "half"), (0.99, "99 of 100"))
            ],
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
                    f"60 * sum by (channel, outcome) (rate(peygir_deliveries_total{_RATE})) > 0"
                    f" or 60 * sum by (channel, outcome) (rate(peygir_deliveries_total"
                    f'{{outcome="sent"}}{_RATE}))',
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
            [
                Query(
                    "histogram_quantile(0.99, sum by (channel, le)"
                    f" (rate(peygir_delivery_seconds_bucket{_RATE})) > 0)",
                    "{{channel}}",
                )
            ],
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
            "provider-away",
            [
                Query(
                    f"60 * sum(rate(peygir_webhook_posts_total{_RATE})) or vector(0)", "attempts"
                ),
                Query(
                    f"60 * sum(rate(peygir_webhook_deliveries_total{_RATE})) or vector(0)", "events"
                ),
            ],
        ),
        Panel(
            "Events that wait for a receiver",
            "Taken over and not yet settled. They are tried again for days.",
            "short",
            "provider-away",
            [Query("sum(peygir_webhook_waiting) or vector(0)", "events")],
        ),
        Panel(
            "From happening to a receiver having it",
            "On average. Seconds are right.",
            "s",
            "provider-away",
            [
                Query(
                    f"sum(rate(peygir_webhook_lag_seconds_sum{_RATE}))"
                    f" / clamp_min(sum(rate(peygir_webhook_lag_seconds_count{_RATE})), 0.001)"
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

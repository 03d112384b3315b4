"""What the organisation asks: how much is open, how old, what was kept, what it cost."""

from deploy.grafana.asking import figure, largest
from deploy.grafana.panels import Board, Panel, Query, Row

_RECENT = "max by (what) (peygir_recent_tickets)"


def _part(what: str, of: str) -> str:
    """Give one of the recent counts as a part of another; 0 where that is none."""
    return (
        f'max(peygir_recent_tickets{{what="{what}"}})'
        f' / clamp_min(max(peygir_recent_tickets{{what="{of}"}}), 1)'
    )


OPEN = Row(
    "Open now",
    [
        figure(
            "Open tickets",
            "All that have not ended.",
            "short",
            "backlog-grows",
            "sum(max by (state, age) (peygir_tickets_open))",
        ),
        figure(
            "Wait for a free person",
            "In a queue, nobody has them. Rising during office hours: too few people.",
            "short",
            "backlog-grows",
            "max(peygir_tickets_unassigned)",
        ),
        figure(
            "Oldest that waits for a person",
            "How long ago it was registered.",
            "s",
            "backlog-grows",
            "max(peygir_tickets_unassigned_oldest_seconds)",
            (14_400, 86_400),
        ),
        figure(
            "Older than a week",
            "The tail that nobody looks at unless it is shown.",
            "short",
            "backlog-grows",
            'sum(max by (state) (peygir_tickets_open{age="older"}))',
        ),
        Panel(
            "Open by state",
            "What they wait for: new and in progress for us, waiting for the requester.",
            "short",
            "backlog-grows",
            [Query("sum by (state) (max by (state, age) (peygir_tickets_open))", "{{state}}")],
            "stack",
            width=12,
        ),
        Panel(
            "Open by age",
            "Hours since they were registered, up to so many.",
            "short",
            "backlog-grows",
            [Query("sum by (age) (max by (state, age) (peygir_tickets_open))", "{{age}}")],
            "stack",
            width=12,
        ),
    ],
)

FLOW = Row(
    "In and out",
    [
        Panel(
            "Registered by kind",
            "An hour.",
            "short",
            "requests-fail",
            [Query("sum by (kind) (increase(peygir_tickets_registered_total[1h]))", "{{kind}}")],
            "stack",
            width=12,
        ),
        Panel(
            "Assigned or queued",
            "An hour: brought to a person at once, or to a queue because nobody was free.",
            "short",
            "backlog-grows",
            [Query("sum by (outcome) (increase(peygir_assignments_total[1h]))", "{{outcome}}")],
            "stack",
            width=12,
        ),
    ],
)

MONTH = Row(
    "Tickets registered in the last 30 days",
    [
        figure(
            "Resolved at first contact",
            "Of those that are finished: the first line alone, in one contact.",
            "percentunit",
            "backlog-grows",
            _part("first_contact", "finished"),
        ),
        figure(
            "Reopened",
            "Of those that are finished, at least once.",
            "percentunit",
            "backlog-grows",
            _part("reopened", "finished"),
        ),
        figure(
            "Cost of a ticket",
            "What the work logged on them cost, by ticket.",
            "currencyIRR",
            "backlog-grows",
            "max(peygir_recent_cost_rials)"
            ' / clamp_min(max(peygir_recent_tickets{what="registered"}), 1)',
        ),
        figure(
            "Work on a ticket",
            "How long somebody worked on it, by ticket.",
            "s",
            "backlog-grows",
            "max(peygir_recent_touch_seconds)"
            ' / clamp_min(max(peygir_recent_tickets{what="registered"}), 1)',
        ),
        Panel(
            "What became of them",
            "Registered, finished, finished at first contact, reopened.",
            "short",
            "backlog-grows",
            largest("peygir_recent_tickets", "what"),
            "bars",
            width=12,
        ),
        Panel(
            "Clocks",
            "How many were met, missed or are still running, by clock.",
            "short",
            "backlog-grows",
            largest("peygir_recent_clocks", "clock verdict"),
            "bars",
            width=12,
        ),
    ],
)

BUSINESS = Board(
    "peygir-business",
    "Peygir: business",
    "How much is open and how old, what was promised and kept, what it cost.",
    [OPEN, FLOW, MONTH],
)

"""Counts of marks and breaches, by the clock's name, for operators."""

from __future__ import annotations

from collections.abc import Iterable

from chassis.journal.intents import Outcome
from chassis.metrics import metric
from contracts.sla import SlaBreached, SlaWarned
from services.sla.domain.book import Book


def show_clocks(book: Book) -> None:
    """Show every clock from the start: a rise from nothing is none that a rate could tell."""
    targets = (target for item in book.agreements.values() for target in item.terms.targets)
    for clock in {target.clock for target in targets}:
        metric("peygir_sla_warnings_total", clock)
        for confirmed in ("true", "false"):
            metric("peygir_sla_breaches_total", clock, confirmed)


def count_marks(outcomes: Iterable[Outcome]) -> None:
    """Count the marks that were recorded."""
    for outcome in outcomes:
        for event in () if outcome.repeated else outcome.events:
            if isinstance(event, SlaBreached):
                confirmed = str(event.confirmed).lower()
                metric("peygir_sla_breaches_total", event.clock, confirmed).inc()
            elif isinstance(event, SlaWarned):
                metric("peygir_sla_warnings_total", event.clock).inc()

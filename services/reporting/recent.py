"""Figures over the tickets of the last 30 days, for operators: sums of roll-ups."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta, tzinfo
from typing import Final

from chassis.shown import Figures
from services.reporting.repository import Generation, Selection

_SPAN: Final = timedelta(days=30)
#: Every ticket has one channel, so the rows of this dimension add up to all of them.
_COMPLETE: Final = "channel"
_TICKETS: Final = {
    "registered": "tickets",
    "finished": "finished",
    "first_contact": "first_contact",
    "reopened": "reopened_cases",
}
_VERDICTS: Final = ("met", "breached", "open")


def recent_figures(generation: Generation, now: datetime, zone: tzinfo) -> Figures:
    """Sum up what became of the tickets that were registered in the last 30 days."""
    since = (now.astimezone(zone) - _SPAN).date()

    def summed(cube: str, *measures: str) -> dict[str, Counter[str]]:
        parts: dict[str, Counter[str]] = {}
        found = generation.sums(Selection(cube, _COMPLETE, since), measures)
        for (_value, part), sums in found.items():
            parts.setdefault(part, Counter()).update(sums)
        return parts

    cases = summed("case", *_TICKETS.values()).get("", Counter())
    work: Counter[str] = sum(summed("work", "cost", "touch_seconds").values(), Counter())
    clocks = summed("clock", *_VERDICTS)
    return {
        "peygir_recent_tickets": {(what,): cases[name] for what, name in _TICKETS.items()},
        "peygir_recent_clocks": {
            (clock, verdict): sums[verdict]
            for clock, sums in clocks.items()
            for verdict in _VERDICTS
        },
        "peygir_recent_cost_rials": {(): work["cost"]},
        "peygir_recent_touch_seconds": {(): work["touch_seconds"]},
    }

"""Tickets as they stood at a past second: the record folded as far as it was written then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from chassis.clock import as_utc
from services.sla.domain.clocks import CLOCKS, Clocks

if TYPE_CHECKING:
    from chassis.journal import Aggregates


def states(
    tickets: Aggregates[Clocks], codes: Sequence[str], at: datetime | None
) -> dict[str, Clocks]:
    """Give the states of those tickets that there were; without an instant, as they are now."""
    if at is None:
        return tickets.states(codes)
    found = {}
    for code in codes:
        known = [item for item in tickets.history(code) if item.recorded_at <= as_utc(at)]
        if known:
            state = CLOCKS.initial()
            for item in known:
                state = CLOCKS.apply(state, item.event, item.at)
            found[code] = state
    return found

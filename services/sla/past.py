"""Tickets as they stood at a past second: the record folded as far as it was written then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from chassis.clock import as_utc
from contracts.calls.sla import UnitClocks
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


def of_unit(
    tickets: Aggregates[Clocks], request: UnitClocks, now: datetime
) -> tuple[dict[str, Clocks], str | None]:
    """Give a page of the tickets that a unit had with open clocks, and where the next begins."""
    at = as_utc(request.at) if request.at else now
    query = {
        "units": request.unit,
        "_id": {"$gt": request.after or ""},
        "since": {"$lte": at},
        "$or": [{"until": None}, {"until": {"$gte": at}}],
    }
    found = tickets.find(query, sort=[("_id", 1)], limit=request.limit)
    codes = [item.stream for item in found]
    kept = {
        code: state
        for code, state in states(tickets, codes, request.at).items()
        if state.situation.unit == request.unit and state.open()
    }
    return kept, codes[-1] if len(codes) == request.limit else None

"""What others plan by: when units work, and by when the work of tickets was promised."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from chassis.clock import as_utc
from chassis.errors import FieldFault, Invalid
from contracts.calls.days import MOST_DAYS, GetWorkingDays, WorkingDay
from services.sla.domain import days
from services.sla.domain.book import Book
from services.sla.domain.clocks import Clocks


def working_days(request: GetWorkingDays, book: Book) -> dict[str, list[WorkingDay]]:
    """Tell by unit when it works between two instants; raises Invalid for too long a time."""
    start, end = as_utc(request.start), as_utc(request.end)
    if not start <= end <= start + timedelta(days=MOST_DAYS):
        fault = FieldFault(pointer="/end", code="out_of_range")
        raise Invalid("request_invalid", fields=[fault])
    found = {}
    for unit, named in request.units.items():
        found[unit] = days.working_days(days.calendar_of(unit, named, book), start, end)
    return found


def promised(states: Mapping[str, Clocks], book: Book, now: datetime) -> dict[str, datetime]:
    """Tell of open tickets by when their work was promised; of others nothing."""
    found = {code: days.promised(state, now, book) for code, state in states.items()}
    return {code: at for code, at in found.items() if at is not None}

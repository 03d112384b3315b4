"""Marks that come: warnings before a target, the breach at it, and a breach that proved false."""

from __future__ import annotations

import math
from datetime import datetime
from operator import attrgetter

from chassis.decisions import Context
from contracts import Event
from contracts.sla import Alarm, SlaBreached, SlaBreachWithdrawn, SlaWarned
from services.sla.domain import ticking
from services.sla.domain.agreement import TARGET
from services.sla.domain.book import Book
from services.sla.domain.clocks import Clock, Clocks

#: What a ticket has until somebody prioritises it.
USUAL_PRIORITY = 3


def come_to(clock: Clock, context: Context, state: Clocks, book: Book) -> list[Event]:
    """Bring a clock to the instant of an event that stops it: marks before it come first.

    They come too late to warn anybody; a missed target is told all the same.
    """
    if not clock.running:
        return []
    if clock.breached_at is not None and max(context.at, clock.since) <= clock.due_at:
        return [SlaBreachWithdrawn(clock=clock.name, stopped_at=max(context.at, clock.since))]
    return [
        mark(clock, alarm, None, state, book)
        for alarm in sorted(clock.alarms, key=attrgetter("at"))
        if alarm.at < context.at
    ]


def mark(
    clock: Clock,
    alarm: Alarm,
    rang_at: datetime | None,
    state: Clocks,
    book: Book,
    *,
    confirmed: bool = True,
) -> Event:
    """Give the fact of a mark; `rang_at` is None where a later event showed that it had come."""
    notices = [] if state.imported else book.target_of(clock).notices(alarm.mark)
    if alarm.mark == TARGET:
        facts = state.facts
        return SlaBreached(
            clock=clock.name,
            mark=alarm.mark,
            alarm_at=alarm.at,
            due_at=clock.due_at,
            priority=(facts and facts.priority) or USUAL_PRIORITY,
            notices=notices,
            confirmed=confirmed,
        )
    left = ticking.left_seconds(clock, book.calendar_of(clock), rang_at or alarm.at)
    return SlaWarned(
        clock=clock.name,
        mark=alarm.mark,
        alarm_at=alarm.at,
        due_at=clock.due_at,
        # Whole seconds, upwards: 15 minutes before are not 14 because the alarm took 20 ms.
        left_seconds=max(0.0, math.ceil(left)),
        notices=notices if rang_at and left > 0 else [],
    )

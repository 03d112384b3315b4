"""Marks that come: before a target, at it and after it; and a breach that proved false."""

from __future__ import annotations

import math
from datetime import datetime
from operator import attrgetter

from contracts import Event
from contracts.sla import (
    Alarm,
    SlaBreached,
    SlaBreachWithdrawn,
    SlaDemanded,
    SlaOverdue,
    SlaWarned,
)
from services.sla.domain import ticking
from services.sla.domain.book import Book
from services.sla.domain.clocks import Clock, Clocks
from services.sla.domain.course import USUAL_PRIORITY
from services.sla.domain.target import TARGET


def come_to(clock: Clock, at: datetime, state: Clocks, book: Book) -> list[Event]:
    """Bring a clock to the instant of an event that stops it: marks before it come first.

    They come too late to warn anybody, or to have anything done; a missed target is told all the
    same.
    """
    if not clock.running:
        return []
    if clock.breached_at is not None and max(at, clock.since) <= clock.due_at:
        return [_withdrawal(clock, max(at, clock.since), state, book)]
    return [
        event
        for alarm in sorted(clock.alarms, key=attrgetter("at"))
        if alarm.at < at
        for event in mark(clock, alarm, None, state, book)
    ]


def ring(state: Clocks, now: datetime, book: Book, *, confirmed: bool = True) -> list[Event]:
    """Let come every mark whose instant has passed; each comes once."""
    return [
        event
        for clock in state.running()
        for alarm in sorted(clock.alarms, key=attrgetter("at"))
        if alarm.at <= now
        for event in mark(clock, alarm, now, state, book, confirmed=confirmed)
    ]


def mark(
    clock: Clock,
    alarm: Alarm,
    rang_at: datetime | None,
    state: Clocks,
    book: Book,
    *,
    confirmed: bool = True,
) -> list[Event]:
    """Give the facts of a mark; `rang_at` is None where a later event showed that it had come."""
    promise = book.promise_of(clock, state)
    notices = [] if state.imported else promise.notices(alarm.mark, alarm.label)
    actions = [] if state.imported else promise.actions(alarm.mark, alarm.label)
    priority = _priority(state)
    told: Event
    left = ticking.left_seconds(clock, book.calendar_of(clock), rang_at or alarm.at)
    if alarm.mark == TARGET and alarm.label is None:
        told = SlaBreached(
            clock=clock.name,
            mark=alarm.mark,
            alarm_at=alarm.at,
            due_at=clock.due_at,
            priority=priority,
            notices=notices,
            confirmed=confirmed,
        )
    elif alarm.mark >= TARGET:
        told = SlaOverdue(
            clock=clock.name,
            mark=alarm.mark,
            label=alarm.label,
            alarm_at=alarm.at,
            due_at=clock.due_at,
            late_seconds=max(0.0, math.floor(-left)),
            priority=priority,
            notices=notices if rang_at else [],
        )
    else:
        told = SlaWarned(
            clock=clock.name,
            mark=alarm.mark,
            label=alarm.label,
            alarm_at=alarm.at,
            due_at=clock.due_at,
            # Whole seconds, upwards: 15 minutes before are not 14 because the alarm took 20 ms.
            left_seconds=max(0.0, math.ceil(left)),
            # A warning whose target has meanwhile been missed tells nobody: the breach does.
            notices=notices if rang_at and left > 0 else [],
        )
    if not actions or rang_at is None:
        return [told]
    wanted = SlaDemanded(
        clock=clock.name,
        mark=alarm.mark,
        label=alarm.label,
        alarm_at=alarm.at,
        actions=actions,
    )
    return [told, wanted]


def _withdrawal(clock: Clock, stopped_at: datetime, state: Clocks, book: Book) -> Event:
    """Take a breach back; the marks after the target lie ahead again as well."""
    later = [
        Alarm(mark=point.mark, label=point.label, at=clock.due_at)
        for point in book.promise_of(clock, state).points
        if point.mark >= TARGET and (point.mark, point.label) != (TARGET, None)
    ]
    return SlaBreachWithdrawn(clock=clock.name, stopped_at=stopped_at, alarms=later)


def _priority(state: Clocks) -> int:
    known = state.situation.priority or (state.facts and state.facts.priority)
    return known or USUAL_PRIORITY

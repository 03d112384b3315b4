"""What time does to a clock: the facts of its starting, standing still, going on and stopping.

Which of them an observation leads to is decided in `advance.py`.
"""

from __future__ import annotations

from datetime import datetime

from contracts.sla import (
    Alarm,
    SlaCancelled,
    SlaMet,
    SlaPaused,
    SlaResumed,
    SlaStarted,
)
from services.sla.domain.book import DatedCalendar, Edition, Promise
from services.sla.domain.calendar import Calendar
from services.sla.domain.clocks import Clock
from services.sla.domain.target import Point


def left_seconds(clock: Clock, calendar: Calendar, at: datetime) -> float:
    """Give the business seconds to the target; negative once it has been missed."""
    if not clock.running:
        return clock.left_seconds
    return round(clock.left_seconds - calendar.between(clock.since, max(at, clock.since)), 6)


def start(
    promise: Promise, agreement: Edition, dated: DatedCalendar, at: datetime, *, imported: bool
) -> SlaStarted:
    """Start the clock of a target."""
    seconds = promise.target.seconds
    return SlaStarted(
        clock=promise.clock,
        agreement=agreement[0],
        agreement_version=agreement[1],
        calendar=dated.id,
        calendar_version=dated.version,
        target_seconds=seconds,
        started_at=at,
        due_at=dated.calendar.add(at, seconds),
        alarms=planned(promise.points, seconds, seconds, dated.calendar, at),
        imported=imported,
    )


def pause(clock: Clock, calendar: Calendar, at: datetime, held_by: str) -> SlaPaused:
    """Stop time on a clock, or say who holds a standing one now."""
    left = left_seconds(clock, calendar, at)
    return SlaPaused(clock=clock.name, held_by=held_by, left_seconds=left)


def resume(clock: Clock, promise: Promise, calendar: Calendar, at: datetime) -> SlaResumed:
    """Let time pass again, with the time that was left; a missed target stays missed since then."""
    at = max(at, clock.since)
    left = clock.left_seconds
    ahead = {(alarm.mark, alarm.label) for alarm in clock.alarms}
    coming = [point for point in promise.points if (point.mark, point.label) in ahead]
    return SlaResumed(
        clock=clock.name,
        due_at=clock.due_at if clock.breached_at else calendar.add(at, max(0.0, left)),
        paused_seconds=calendar.between(clock.since, at),
        alarms=planned(coming, clock.target_seconds, left, calendar, at),
    )


def stop(clock: Clock, calendar: Calendar, at: datetime) -> SlaMet:
    """Reach the target, in time or late."""
    left = left_seconds(clock, calendar, at)
    return SlaMet(
        clock=clock.name,
        stopped_at=max(at, clock.since) if clock.running else at,
        elapsed_seconds=round(clock.target_seconds - left, 6),
        late_seconds=max(0.0, -left),
    )


def cancel(clock: Clock, calendar: Calendar, at: datetime, reason: str) -> SlaCancelled:
    """End a clock without a verdict."""
    left = left_seconds(clock, calendar, at)
    return SlaCancelled(clock=clock.name, reason=reason, left_seconds=left)


def planned(
    points: list[Point], target: float, left: float, calendar: Calendar, at: datetime
) -> list[Alarm]:
    """Plan marks for a clock that has `left` to its target from `at` on, to the millisecond."""
    return [
        Alarm(
            mark=point.mark,
            label=point.label,
            at=calendar.add(at, max(0.0, round(left - target + point.offset, 3))),
        )
        for point in points
    ]

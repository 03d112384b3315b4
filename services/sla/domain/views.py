"""A clock as others see it."""

from __future__ import annotations

from datetime import datetime

from contracts.calls.sla import ClockView, TimerView
from services.sla.domain import ticking
from services.sla.domain.book import Book
from services.sla.domain.clocks import Clock, Clocks


def views(state: Clocks, book: Book, now: datetime) -> list[ClockView]:
    """Show a ticket's clocks as they stand at an instant."""
    return [view(clock, state, book, now) for clock in state.clocks.values()]


def timers_of(state: Clocks) -> list[TimerView]:
    """Show what a ticket's workflow wants done later, what comes first before the rest."""
    ahead = sorted(state.timers, key=lambda timer: (timer.at, timer.timer))
    return [
        TimerView(
            action=timer.action,
            title=timer.title,
            at=timer.at,
            target_seconds=timer.target_seconds,
            step=timer.step,
        )
        for timer in ahead
    ]


def view(clock: Clock, state: Clocks, book: Book, now: datetime) -> ClockView:
    """Show a clock; a missed target shows as breached, reached since or not."""
    left = ticking.left_seconds(clock, book.calendar_of(clock), now)
    penalty = book.penalty_of(clock, state)
    owed = clock.breached_at is not None and clock.exception != "approved"
    late = max(0.0, -left)
    return ClockView(
        clock=clock.name,
        agreement=clock.agreement,
        agreement_version=clock.agreement_version,
        state=_verdict(clock),
        started_at=clock.started_at,
        due_at=None if clock.state == "paused" else clock.due_at,
        target_seconds=clock.target_seconds,
        left_seconds=left if clock.open else None,
        stopped_at=clock.stopped_at,
        breached_at=clock.breached_at,
        held_by=clock.held_by,
        kind=book.promise_of(clock, state).target.is_about,
        calendar=clock.calendar,
        calendar_version=clock.calendar_version,
        breach_reason=clock.breach_reason,
        exception=clock.exception,
        penalty=(penalty.amount(late) if owed else 0) if penalty else None,
    )


def _verdict(clock: Clock) -> str:
    missed = clock.breached_at is not None and clock.state != "cancelled"
    return "breached" if missed else clock.state

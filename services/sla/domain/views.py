"""A clock as others see it."""

from __future__ import annotations

from datetime import datetime

from contracts.calls.sla import ClockView
from services.sla.domain import ticking
from services.sla.domain.calendar import Calendar
from services.sla.domain.clocks import Clock


def view(clock: Clock, calendar: Calendar, now: datetime) -> ClockView:
    """Show a clock as it stands now; a missed target shows as breached, reached since or not."""
    return ClockView(
        clock=clock.name,
        agreement=clock.agreement,
        agreement_version=clock.agreement_version,
        state=_verdict(clock),
        started_at=clock.started_at,
        due_at=None if clock.state == "paused" else clock.due_at,
        target_seconds=clock.target_seconds,
        left_seconds=ticking.left_seconds(clock, calendar, now) if clock.open else None,
        stopped_at=clock.stopped_at,
        breached_at=clock.breached_at,
        held_by=clock.held_by,
    )


def _verdict(clock: Clock) -> str:
    missed = clock.breached_at is not None and clock.state != "cancelled"
    return "breached" if missed else clock.state

"""Which of a ticket's clocks comes due next, and how near that is."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal

from contracts.calls.sla import NextDue
from services.sla.domain import ticking
from services.sla.domain.book import Book
from services.sla.domain.clocks import Clock, Clocks

#: A target is near when a quarter of its time is left.
_NEAR_SHARE: Final = 0.25


def nearest(state: Clocks, book: Book, now: datetime) -> NextDue | None:
    """Give the running clock that is due first, else the one standing still with the least left."""
    running = state.running()
    if running:
        return _running(min(running, key=lambda clock: clock.due_at), book, now)
    standing = min(state.open(), key=lambda clock: clock.left_seconds, default=None)
    return _standing(standing) if standing else None


def _running(clock: Clock, book: Book, now: datetime) -> NextDue:
    calendar = book.calendar_of(clock)
    left = ticking.left_seconds(clock, calendar, now)
    ahead = left - clock.target_seconds * _NEAR_SHARE
    state: Literal["fine", "near", "late"] = "fine" if ahead > 0 else "near"
    return NextDue(
        clock=clock.name,
        state="late" if clock.due_at <= now or clock.breached_at else state,
        left_seconds=left,
        due_at=clock.due_at,
        near_at=calendar.add(now, ahead) if ahead > 0 else None,
    )


def _standing(clock: Clock) -> NextDue:
    return NextDue(
        clock=clock.name,
        state="paused",
        left_seconds=clock.left_seconds,
        held_by=clock.held_by,
    )

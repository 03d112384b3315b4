"""A ticket's clocks as its page shows them: what is left, how near the end is, in which words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import msgspec

from contracts.calls.sla import ClockView
from gateway.explaining import duration
from gateway.texts import has, text

#: From this share of the target on a clock counts as near its end.
_NEAR: Final = 0.75
_WHOLE: Final = 100
_ORDER: Final = ("late", "near", "running", "paused", "missed", "met", "cancelled")
_MINUTE: Final = 60
_DAY: Final = 24 * 3600


class Hand(msgspec.Struct, frozen=True, kw_only=True):
    """One clock of the page."""

    clock: str
    name: str
    #: `running`, `near`, `late`, `paused`, `met`, `missed` or `cancelled`.
    mood: str
    #: How the mood is called.
    word: str
    #: When it is due, or was.
    due_at: datetime | None
    #: Seconds on the wall until then, less than nothing when it is over; absent: nothing ticks.
    seconds: int | None
    #: What is left in words; for who has no script, and until it ticks.
    left: str
    #: Of the target, in percent.
    used: int


def hands(clocks: Iterable[ClockView], now: datetime, language: str) -> list[Hand]:
    """Give the clocks, what presses most first."""
    shown = [_hand(clock, now, language) for clock in clocks]
    return sorted(shown, key=lambda hand: (_ORDER.index(hand.mood), hand.due_at or now))


def mood_of(clock: ClockView, now: datetime) -> str:
    """Tell in one word how a clock stands."""
    if clock.state == "breached":
        return "missed" if clock.stopped_at else "late"
    if clock.state == "met":
        return "missed" if clock.breached_at else "met"
    if clock.state != "running":
        return clock.state
    if clock.due_at is not None and clock.due_at <= now:
        return "late"
    return "near" if _used(clock) >= _NEAR * _WHOLE else "running"


def left_shown(seconds: float, language: str) -> str:
    """Write a time that is left, or over, no more exactly than anybody needs it."""
    amount = abs(seconds)
    if amount >= 2 * _DAY:
        span = text(language, "duration.days", count=int(amount // _DAY))
    else:
        span = duration(amount // _MINUTE * _MINUTE if amount >= _MINUTE else amount, language)
    return text(language, "span.late" if seconds < 0 else "span.left", span=span)


def _hand(clock: ClockView, now: datetime, language: str) -> Hand:
    mood = mood_of(clock, now)
    is_ticking = mood in {"running", "near", "late"} and clock.due_at is not None
    seconds = int((clock.due_at - now).total_seconds()) if is_ticking and clock.due_at else None
    left = clock.left_seconds if seconds is None else seconds
    key = f"ticket.clock.{clock.kind}"
    return Hand(
        clock=clock.clock,
        name=text(language, key) if has(key) else clock.clock,
        mood=mood,
        word=text(language, f"ticket.mood.{mood}"),
        due_at=clock.due_at,
        seconds=seconds,
        left=left_shown(left, language) if left is not None else "",
        used=_used(clock),
    )


def _used(clock: ClockView) -> int:
    if clock.state in {"met", "cancelled"} or clock.left_seconds is None:
        return _WHOLE
    if clock.target_seconds <= 0:
        return _WHOLE
    share = 1 - clock.left_seconds / clock.target_seconds
    return round(min(1.0, max(0.0, share)) * _WHOLE)

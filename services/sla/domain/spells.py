"""The spells of a clock: from its record, when it ran, by which calendar, for whom."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from contracts import Event
from contracts.sla import SlaReplanned, SlaStarted, Terms
from services.sla.domain.book import Edition
from services.sla.domain.clocks import CLOCKS, Clock, Clocks
from services.sla.domain.course import Situation

#: Who has a ticket that has come to no unit yet.
UNASSIGNED = "unassigned"


class Spell(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of time in which nothing about a clock changed."""

    start: datetime
    end: datetime
    #: Whether time passed on the clock.
    runs: bool
    holder: str
    calendar: Edition
    #: Whether the clock had ended, and went on later.
    ended: bool = False


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """An instant at which a clock began to go by other terms."""

    at: datetime
    terms: Terms


class Life(msgspec.Struct, kw_only=True):
    """One run of a clock as far as its record goes."""

    clock: Clock
    start: datetime
    #: Seconds of the target that had been used before the clock came to be.
    used_before: float
    first: Terms
    spells: list[Spell]
    turns: list[Turn]


def life_of(name: str, record: Iterable[tuple[Event, datetime]]) -> Life | None:
    """Give the last run of a clock by the record of its ticket; None where it never ran."""
    state, life, reached = CLOCKS.initial(), None, None
    for event, at in record:
        before, state = state, CLOCKS.apply(state, event, at)
        clock = state.clocks.get(name)
        if clock is None:
            continue
        if isinstance(event, SlaStarted) and event.clock == name:
            life, reached = _begun(clock, event), clock.since
            continue
        if life is None or reached is None:
            continue
        was = before.clocks[name]
        turn = event if isinstance(event, SlaReplanned) and event.clock == name else None
        if turn or _shape(was, before) != _shape(clock, state):
            until = turn.replanned_at if turn else _until(was, clock, at)
            _add(life, was, before, reached, until)
            if until < reached and not clock.open:
                _cut(life, until)
                reached = until
            reached = max(reached, until)
        if turn:
            life.turns.append(Turn(at=turn.replanned_at, terms=turn.after))
        life.clock = clock
    return life


def grown(life: Life, state: Clocks, until: datetime) -> None:
    """Let the last spell go on to an instant."""
    reached = life.spells[-1].end if life.spells else life.start
    _add(life, life.clock, state, reached, until)


def _begun(clock: Clock, event: SlaStarted) -> Life:
    terms = Terms(
        agreement=clock.agreement,
        agreement_version=clock.agreement_version,
        calendar=clock.calendar,
        calendar_version=clock.calendar_version,
        target_seconds=clock.target_seconds,
    )
    used = 0.0 if event.left_seconds is None else event.target_seconds - event.left_seconds
    return Life(
        clock=clock,
        start=clock.since,
        used_before=round(used, 6),
        first=terms,
        spells=[],
        turns=[],
    )


def _shape(clock: Clock, state: Clocks) -> tuple[str, str]:
    """Give what ends a spell when it changes."""
    return clock.state, holder_of(clock, state.situation)


def _until(was: Clock, clock: Clock, at: datetime) -> datetime:
    """Give the instant at which a clock changed: its own, or that of the event."""
    return clock.since if clock.since > was.since or not clock.open else at


def _add(life: Life, was: Clock, before: Clocks, start: datetime, end: datetime) -> None:
    if end <= start:
        return
    life.spells.append(
        Spell(
            start=start,
            end=end,
            runs=was.running,
            holder=holder_of(was, before.situation),
            calendar=(was.calendar, was.calendar_version),
            ended=not was.open,
        )
    )


def _cut(life: Life, end: datetime) -> None:
    """Take back what was told of the time after its end, which was found out later.

    Work that was done is judged by when it was done, once it is confirmed.
    """
    kept = [spell for spell in life.spells if spell.start < end]
    life.spells = [msgspec.structs.replace(spell, end=min(spell.end, end)) for spell in kept]


def holder_of(clock: Clock, situation: Situation) -> str:
    """Give who has the ticket as a clock sees it."""
    return clock.held_by if clock.held_by is not None else holder_in(situation)


def holder_in(situation: Situation) -> str:
    """Give who has a ticket that stands so."""
    if situation.waiting_for is not None:
        return situation.waiting_for
    if situation.unit is None:
        return UNASSIGNED
    return f"unit:{situation.unit}/{situation.tier}"

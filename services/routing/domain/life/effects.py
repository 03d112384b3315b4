"""How a ticket changes by what its workflow wants done later, or beside it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from contracts.routing import (
    TicketBegunBy,
    TicketEffectRefused,
    TicketStartAsked,
    TicketStarted,
    TicketTimerEnded,
    TicketTimerSet,
)
from services.routing.domain.life.changing import changed
from services.routing.domain.pending import Start, Timer
from services.routing.domain.ticket import TICKETS, Ticket


@TICKETS.on(TicketTimerSet)
def timer_set(state: Ticket, event: TicketTimerSet, _at: datetime) -> Ticket:
    timer = Timer(id=event.timer, action=event.action, since=event.since, step=event.step)
    return _pending(state, timers=(*state.pending.timers, timer))


@TICKETS.on(TicketTimerEnded)
def timer_ended(state: Ticket, event: TicketTimerEnded, _at: datetime) -> Ticket:
    return _pending(state, timers=tuple(t for t in state.pending.timers if t.id != event.timer))


@TICKETS.on(TicketStartAsked)
def start_asked(state: Ticket, event: TicketStartAsked, _at: datetime) -> Ticket:
    start = Start(
        id=event.start,
        subject=event.subject,
        title=event.title,
        description=event.description,
        workflow=event.workflow,
        answers=event.answers,
        generation=event.generation,
    )
    return _pending(state, starts=(*state.pending.starts, start))


@TICKETS.on(TicketStarted)
def started(state: Ticket, event: TicketStarted, _at: datetime) -> Ticket:
    links = {**state.ties.links, event.ticket: "started"}
    state = changed(state, ties=msgspec.structs.replace(state.ties, links=links))
    return _without_start(state, event.start)


@TICKETS.on(TicketEffectRefused)
def effect_refused(state: Ticket, event: TicketEffectRefused, _at: datetime) -> Ticket:
    return state if event.start is None else _without_start(state, event.start)


@TICKETS.on(TicketBegunBy)
def begun_by(state: Ticket, event: TicketBegunBy, _at: datetime) -> Ticket:
    links = {**state.ties.links, event.ticket: "started_by"}
    state = changed(state, ties=msgspec.structs.replace(state.ties, links=links))
    return _pending(state, generation=event.generation)


def _without_start(state: Ticket, start: str) -> Ticket:
    return _pending(state, starts=tuple(s for s in state.pending.starts if s.id != start))


def _pending(state: Ticket, **fields: Any) -> Ticket:
    return changed(state, pending=msgspec.structs.replace(state.pending, **fields))

"""How a ticket changes when it ends or comes back to life."""

from __future__ import annotations

from datetime import datetime

from contracts.routing import (
    StateEvent,
    TicketDeclined,
    TicketDone,
    TicketFinished,
    TicketHandedOff,
    TicketRated,
    TicketReopened,
    TicketWithdrawn,
)
from services.routing.domain.life.changing import changed, stands
from services.routing.domain.ticket import TICKETS, Ticket


@TICKETS.on(TicketDone)
def done(state: Ticket, event: TicketDone, at: datetime) -> Ticket:
    return stands(state, event, at, done_by=event.by, result=event.result)


@TICKETS.on(TicketFinished)
def finished(state: Ticket, event: TicketFinished, at: datetime) -> Ticket:
    return stands(state, event, at, finished_at=at, result=event.result)


@TICKETS.on(TicketReopened)
def reopened(state: Ticket, event: TicketReopened, at: datetime) -> Ticket:
    return stands(state, event, at, reopened=event.times, rating=None)


@TICKETS.on(TicketRated)
def rated(state: Ticket, event: TicketRated, _at: datetime) -> Ticket:
    return changed(state, rating=event.score)


@TICKETS.on(TicketDeclined, TicketWithdrawn, TicketHandedOff)
def ended(state: Ticket, event: StateEvent, at: datetime) -> Ticket:
    return stands(state, event, at)

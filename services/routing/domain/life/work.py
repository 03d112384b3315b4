"""How a ticket changes by what is said and done while it lives."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from contracts.routing import (
    StateEvent,
    TicketAnswered,
    TicketNoted,
    TicketResumed,
    TicketSentBack,
    TicketTriaged,
    TicketWaiting,
    TicketWorkLogged,
)
from services.routing.domain.life.changing import changed, stands
from services.routing.domain.ticket import TICKETS, Ticket


@TICKETS.on(TicketWaiting)
def waiting(state: Ticket, event: TicketWaiting, at: datetime) -> Ticket:
    since = state.waiting_since if state.state == "waiting" else None
    return stands(state, event, at, waiting_for=event.waiting_for, waiting_since=since or at)


@TICKETS.on(TicketTriaged, TicketResumed, TicketSentBack)
def goes_on(state: Ticket, event: StateEvent, at: datetime) -> Ticket:
    return stands(state, event, at)


@TICKETS.on(TicketWorkLogged)
def work_logged(state: Ticket, event: TicketWorkLogged, _at: datetime) -> Ticket:
    return changed(
        state,
        touch_seconds=state.touch_seconds + event.touch_seconds,
        cost=state.cost + event.cost,
        **_reaction(state, event.person),
    )


@TICKETS.on(TicketAnswered)
def answered(state: Ticket, event: TicketAnswered, _at: datetime) -> Ticket:
    return changed(state, answered=True, **_reaction(state, event.by))


@TICKETS.on(TicketNoted)
def noted(state: Ticket, event: TicketNoted, _at: datetime) -> Ticket:
    return changed(state, **_reaction(state, event.by))


def _reaction(state: Ticket, by: str) -> dict[str, Any]:
    """Give what changes when somebody does something: the assignee has it in hand."""
    return {"react_by": None, "passed_over": ()} if by == state.assignee else {}

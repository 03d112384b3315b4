"""The two ways in which an event changes a ticket."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from contracts.routing import ENDED, StateEvent
from services.routing.domain.ticket import Outside, Ticket


def changed(state: Ticket, /, **fields: Any) -> Ticket:
    """Change fields."""
    return msgspec.structs.replace(state, **fields)


def stands(state: Ticket, event: StateEvent, at: datetime, /, **fields: Any) -> Ticket:
    """Move to the event's state; an end closes what was open, anything else reopens the end.

    Tasks, approvals and most timers are those of the step, and go with it.
    """
    if event.state in ENDED:
        fields |= {"ended_at": at, "referrals": (), "outside": _left(state, event)}
    else:
        fields |= {"ended_at": None, "finished_at": None}
    # Whatever moves a ticket is something done about it; what gives it away says otherwise.
    fields = {"react_by": None} | fields
    if event.state != "waiting":
        fields |= {"waiting_for": None, "waiting_since": None}
    if event.step != state.step:
        fields |= {"tasks": (), "consent": None}
        if state.pending.timers:
            fields["pending"] = state.pending.at(event.step, ended=event.state in ENDED)
    return changed(state, state=event.state, step=event.step, **fields)


def _left(state: Ticket, event: StateEvent) -> Outside | None:
    """Give what is left of work outside: only a hand-off that ends the ticket itself goes on."""
    if not state.is_outside or state.outside is None or event.state == "handed_off":
        return state.outside
    return msgspec.structs.replace(state.outside, is_open=False, outcome="recalled")

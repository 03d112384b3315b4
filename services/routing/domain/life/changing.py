"""The two ways in which an event changes a ticket."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from contracts.routing import ENDED, StateEvent
from services.routing.domain.ticket import Ticket


def changed(state: Ticket, /, **fields: Any) -> Ticket:
    """Change fields."""
    return msgspec.structs.replace(state, **fields)


def stands(state: Ticket, event: StateEvent, at: datetime, /, **fields: Any) -> Ticket:
    """Move to the event's state; an end closes what was open, anything else reopens the end.

    Tasks and approvals are those of the step, and go with it.
    """
    if event.state in ENDED:
        fields |= {"ended_at": at, "referrals": ()}
    else:
        fields |= {"ended_at": None, "finished_at": None}
    # Whatever moves a ticket is something done about it; what gives it away says otherwise.
    fields = {"react_by": None} | fields
    if event.state != "waiting":
        fields |= {"waiting_for": None, "waiting_since": None}
    if event.step != state.step:
        fields |= {"tasks": (), "consent": None}
    return changed(state, state=event.state, step=event.step, **fields)

"""What changes of the organisation are recorded as."""

from __future__ import annotations

import msgspec

from chassis.decisions import Context
from contracts.envelope import Event
from contracts.routing import (
    PersonChanged,
    PersonLeaveCancelled,
    PersonLeaveTaken,
    PersonPresenceChanged,
    UnitChanged,
)
from services.routing.domain.records import RECORDS, Record
from services.routing.handlers.case import Grounds


class Change(msgspec.Struct, frozen=True):
    """A change that has been checked: what to record, unless nothing is different."""

    event: PersonChanged | UnitChanged | None


def record_change(
    _state: Record, change: Change, _context: Context, _grounds: Grounds
) -> list[Event]:
    """Record a change."""
    return [] if change.event is None else [change.event]


class Attends(msgspec.Struct, frozen=True):
    """When somebody is there has been said anew."""

    event: PersonPresenceChanged | PersonLeaveTaken | PersonLeaveCancelled


def record_attendance(
    state: Record, change: Attends, context: Context, _grounds: Grounds
) -> list[Event]:
    """Record when somebody is there; nothing when that was known."""
    after = RECORDS.apply(state, change.event, context.at)
    return [] if after == state else [change.event]

"""What changes of the organisation are recorded as."""

from __future__ import annotations

import msgspec

from chassis.decisions import Context
from contracts.envelope import Event
from contracts.routing import PartnerChanged, PersonChanged, UnitChanged
from services.routing.domain.records import Record
from services.routing.handlers.case import Grounds


class Change(msgspec.Struct, frozen=True):
    """A change that has been checked: what to record, unless nothing is different."""

    event: PersonChanged | UnitChanged | PartnerChanged | None


def record_change(
    _state: Record, change: Change, _context: Context, _grounds: Grounds
) -> list[Event]:
    """Record a change."""
    return [] if change.event is None else [change.event]

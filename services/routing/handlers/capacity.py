"""What is told of how full a unit is: once when it comes to be so, and once when it is over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from chassis.decisions import Context
from contracts.envelope import Event
from contracts.routing import BrokenPromise, LoadLevel, UnitOvercommitted, UnitRelieved
from services.routing.domain.records import Record
from services.routing.handlers.case import Grounds

_RANK: Mapping[LoadLevel | None, int] = {None: 0, "full": 1, "over": 2}


class Fullness(msgspec.Struct, frozen=True, kw_only=True):
    """How full a unit was found."""

    unit: str
    level: LoadLevel | None
    #: Whether a warning about it is over: there is room for more than one ticket.
    eased: bool
    room: int
    committed: float
    per_day: float
    done_at: datetime | None
    #: The promises in question, the first of so many.
    promises: list[BrokenPromise]
    number: int


def tell_of_load(
    state: Record, found: Fullness, _context: Context, grounds: Grounds
) -> list[Event]:
    """Tell the unit's supervisors of a line that was crossed, and of its being over.

    From `over` back to `full` nothing is told: there is still no room.
    """
    organisation = grounds.organisation
    unit = organisation.units.get(found.unit)
    if unit is None:
        return []
    if found.level is not None and _RANK[found.level] > _RANK[state.load]:
        return [
            UnitOvercommitted(
                level=found.level,
                title=unit.title,
                committed=found.committed,
                per_day=found.per_day,
                done_at=found.done_at,
                promises=found.promises,
                number=found.number,
                told=organisation.holders("supervisor", found.unit),
            )
        ]
    if state.load is not None and state.loaded_since and found.level is None and found.eased:
        return [
            UnitRelieved(
                level=state.load,
                since=state.loaded_since,
                title=unit.title,
                room=found.room,
                told=list(state.told),
            )
        ]
    return []

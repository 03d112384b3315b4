"""The streams of people, units and partners: that they changed; the directory says to what."""

from __future__ import annotations

from datetime import datetime

import msgspec

from chassis.decisions import Evolution
from contracts.routing import PartnerChanged, PersonChanged, UnitChanged


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """How often a person, a unit or a partner was changed."""

    changes: int = 0
    active: bool = True


RECORDS = Evolution(Record)


@RECORDS.on(PersonChanged)
def person_changed(state: Record, event: PersonChanged, _at: datetime) -> Record:
    return Record(changes=state.changes + 1, active=event.active)


@RECORDS.on(UnitChanged)
def unit_changed(state: Record, event: UnitChanged, _at: datetime) -> Record:
    return Record(changes=state.changes + 1, active=event.active)


@RECORDS.on(PartnerChanged)
def partner_changed(state: Record, event: PartnerChanged, _at: datetime) -> Record:
    return Record(changes=state.changes + 1, active=event.active)

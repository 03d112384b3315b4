"""The streams of people, units and rules: that they changed and when, not to what."""

from __future__ import annotations

from datetime import datetime

import msgspec

from chassis.decisions import Evolution
from contracts.routing import PersonChanged, RulesPublished, UnitChanged


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """How often a person, a unit or the rules were changed."""

    changes: int = 0
    active: bool = True
    #: The last version of the rules that was told of.
    rules: int = 0


RECORDS = Evolution(Record)


@RECORDS.on(PersonChanged)
def person_changed(state: Record, event: PersonChanged, _at: datetime) -> Record:
    return Record(changes=state.changes + 1, active=event.active)


@RECORDS.on(UnitChanged)
def unit_changed(state: Record, event: UnitChanged, _at: datetime) -> Record:
    return Record(changes=state.changes + 1, active=event.active)


@RECORDS.on(RulesPublished)
def rules_published(state: Record, event: RulesPublished, _at: datetime) -> Record:
    return Record(changes=state.changes + 1, rules=event.number)

"""The streams of people, units, rules and partners: that they changed and when, not to what.

Presence and leave are told whole: what they are is the fold of the stream.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from chassis.decisions import Evolution
from contracts.calls.routing.attendance import Presence
from contracts.routing import (
    KeyChanged,
    LoadLevel,
    PartnerChanged,
    PersonChanged,
    PersonLeaveCancelled,
    PersonLeaveTaken,
    PersonPresenceChanged,
    RulesPublished,
    SecondFactorDemanded,
    UnitChanged,
    UnitOvercommitted,
    UnitRelieved,
)
from services.routing.domain.attendance import OnLeave


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """How often somebody or something was changed, and when a person is not there."""

    changes: int = 0
    active: bool = True
    presence: Presence = "available"
    until: datetime | None = None
    #: Those that had not ended when the last one was put down.
    leaves: tuple[OnLeave, ...] = ()
    #: The last version of the rules that was told of.
    rules: int = 0
    #: How full a unit is, as was told of it and is still so; since when, and who was told.
    load: LoadLevel | None = None
    loaded_since: datetime | None = None
    told: tuple[str, ...] = ()


RECORDS = Evolution(Record)


@RECORDS.on(PersonChanged)
def person_changed(state: Record, event: PersonChanged, _at: datetime) -> Record:
    return _changed(state, active=event.active)


@RECORDS.on(UnitChanged)
def unit_changed(state: Record, event: UnitChanged, _at: datetime) -> Record:
    return _changed(state, active=event.active)


def _changed(state: Record, *, active: bool) -> Record:
    return msgspec.structs.replace(state, changes=state.changes + 1, active=active)


@RECORDS.on(PersonPresenceChanged)
def presence_changed(state: Record, event: PersonPresenceChanged, _at: datetime) -> Record:
    return msgspec.structs.replace(state, presence=event.presence, until=event.until)


@RECORDS.on(PersonLeaveTaken)
def leave_taken(state: Record, event: PersonLeaveTaken, at: datetime) -> Record:
    taken = OnLeave(
        id=event.leave,
        start=event.start,
        end=event.end,
        stand_in=event.stand_in,
        reason=event.reason.id if event.reason else None,
    )
    left = [leave for leave in state.leaves if leave.id != taken.id and leave.end > at]
    return msgspec.structs.replace(state, leaves=(*left, taken))


@RECORDS.on(PersonLeaveCancelled)
def leave_cancelled(state: Record, event: PersonLeaveCancelled, _at: datetime) -> Record:
    left = tuple(leave for leave in state.leaves if leave.id != event.leave)
    return msgspec.structs.replace(state, leaves=left)


@RECORDS.on(RulesPublished)
def rules_published(state: Record, event: RulesPublished, _at: datetime) -> Record:
    return msgspec.structs.replace(state, changes=state.changes + 1, rules=event.number)


@RECORDS.on(PartnerChanged)
def partner_changed(state: Record, event: PartnerChanged, _at: datetime) -> Record:
    return _changed(state, active=event.active)


@RECORDS.on(KeyChanged)
def key_changed(state: Record, event: KeyChanged, _at: datetime) -> Record:
    return _changed(state, active=event.active)


@RECORDS.on(SecondFactorDemanded)
def second_factor_demanded(state: Record, _event: SecondFactorDemanded, _at: datetime) -> Record:
    return _changed(state, active=True)


@RECORDS.on(UnitOvercommitted)
def unit_overcommitted(state: Record, event: UnitOvercommitted, at: datetime) -> Record:
    told = tuple(dict.fromkeys((*state.told, *event.told)))
    since = state.loaded_since or at
    return msgspec.structs.replace(state, load=event.level, loaded_since=since, told=told)


@RECORDS.on(UnitRelieved)
def unit_relieved(state: Record, _event: UnitRelieved, _at: datetime) -> Record:
    return msgspec.structs.replace(state, load=None, loaded_since=None, told=())

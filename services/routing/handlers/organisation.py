"""What changes of the organisation are recorded as."""

from __future__ import annotations

import msgspec

from chassis.decisions import Context
from contracts.envelope import Event
from contracts.routing import (
    KeyChanged,
    PartnerChanged,
    PersonChanged,
    PersonLeaveCancelled,
    PersonLeaveTaken,
    PersonPresenceChanged,
    RulesPublished,
    SecondFactorDemanded,
    UnitChanged,
)
from services.routing.domain.records import RECORDS, Record
from services.routing.handlers.case import Grounds


class News(msgspec.Struct, frozen=True):
    """What has come about already, to be told in order."""

    events: list[Event]


def record_news(state: Record, news: News, _context: Context, _grounds: Grounds) -> list[Event]:
    """Record what has come about; not again what somebody has told of the rules already."""
    return [event for event in news.events if not _is_known(state, event)]


def _is_known(state: Record, event: Event) -> bool:
    return isinstance(event, RulesPublished) and event.number <= state.rules


class Change(msgspec.Struct, frozen=True):
    """A change that has been checked: what to record, unless nothing is different."""

    event: PersonChanged | UnitChanged | PartnerChanged | KeyChanged | SecondFactorDemanded | None


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

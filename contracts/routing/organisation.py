"""Changes of the organisation."""

from datetime import datetime
from typing import Literal

from contracts.envelope import ContentRef, Event, event


@event("person.changed", by="routing")
class PersonChanged(Event):
    """A staff member was added or changed; stream `person:{id}`."""

    unit: str
    tier: int
    role: str
    active: bool
    fields: list[str]


@event("second_factor.demanded", by="routing")
class SecondFactorDemanded(Event):
    """Who has one of these roles has to have a second factor at signing in, and nobody else."""

    roles: list[str]


@event("unit.changed", by="routing")
class UnitChanged(Event):
    """A unit was added or changed; stream `unit:{id}`."""

    parent: str | None
    active: bool


@event("person.presence_changed", by="routing")
class PersonPresenceChanged(Event):
    """Somebody said whether he takes work now; stream `person:{id}`."""

    presence: Literal["available", "away", "break"]
    #: When he counts as available again.
    until: datetime | None = None


@event("person.leave_taken", by="routing")
class PersonLeaveTaken(Event):
    """A leave was put down or changed; stream `person:{id}`."""

    leave: str
    start: datetime
    end: datetime
    by: str
    stand_in: str | None = None
    reason: ContentRef | None = None


@event("person.leave_cancelled", by="routing")
class PersonLeaveCancelled(Event):
    """A leave was struck out; stream `person:{id}`."""

    leave: str
    by: str

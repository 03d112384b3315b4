"""Changes of the organisation."""

from contracts.envelope import Event, event


@event("person.changed", by="routing")
class PersonChanged(Event):
    """A staff member was added or changed; stream `person:{id}`."""

    unit: str
    tier: int
    role: str
    active: bool
    fields: list[str]


@event("unit.changed", by="routing")
class UnitChanged(Event):
    """A unit was added or changed; stream `unit:{id}`."""

    parent: str | None
    active: bool

"""The language of the system: every event class, its version, one real example each.

Events hold ids, codes, kinds, states, units and times. Names, contacts and free text stay in
erasable documents of the service that owns them; an event holds such a document's id and hash.
"""

from contracts import intake, notify, plans, routing, sla
from contracts.envelope import (
    CLOUD_EVENT_TYPE,
    EVENTS,
    CloudEvent,
    ContentRef,
    Event,
    UnknownEvent,
    UnreadableEvent,
    decode,
    event_class,
    wire_type,
)

__all__ = [
    "CLOUD_EVENT_TYPE",
    "EVENTS",
    "CloudEvent",
    "ContentRef",
    "Event",
    "UnknownEvent",
    "UnreadableEvent",
    "decode",
    "event_class",
    "intake",
    "notify",
    "plans",
    "routing",
    "sla",
    "wire_type",
]

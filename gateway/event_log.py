"""The public event log as its readers see it: its pages, their cursor, what they ask for.

The cursor is a position per service. Each service's events come in its order, so each ticket's
events of a service do too; between services they are merged by time as far as one page goes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from chassis.errors import Invalid
from contracts import places
from contracts.calls.base import Answer
from contracts.envelope import CloudEvent
from contracts.places import Place


class EventPage(Answer, frozen=True):
    """Events in order, and where the next page starts."""

    events: list[CloudEvent]
    #: Give it as `after`; it is also the id of a server-sent event.
    next: str
    #: Nothing more at this moment.
    end: bool
    #: Services that do not answer now; their events come with a later page.
    unavailable: list[str] = []


#: A CloudEvent with its data as readers see it: as bytes not yet decoded it has no schema.
PublishedEvent = msgspec.defstruct(
    "CloudEvent",
    [
        ("data", dict[str, Any])
        if field.name == "data"
        else (field.name, field.type, field.default)
        for field in msgspec.structs.fields(CloudEvent)
    ],
    kw_only=True,
    namespace={"__doc__": CloudEvent.__doc__},
)
#: `EventPage` for the OpenAPI document.
DOCUMENTED_PAGE = msgspec.defstruct(
    "EventPage",
    [
        ("events", list[PublishedEvent]),  # type: ignore[valid-type]
        ("next", str),
        ("end", bool),
        ("unavailable", list[str]),
    ],
    kw_only=True,
    namespace={"__doc__": EventPage.__doc__},
)


class Filter:
    """Which events are asked for, by their types and by the units that have the work.

    A type is `ticket.registered`, or `ticket.*` for all that begin so.
    """

    def __init__(self, types: str | None = None, units: str | None = None) -> None:
        wanted = _listed(types)
        self._exact = frozenset(item for item in wanted if not item.endswith("*"))
        self._begins = tuple(item.removesuffix("*") for item in wanted if item.endswith("*"))
        self._all = not wanted
        self._units = frozenset(_listed(units))

    def takes(self, event: CloudEvent) -> bool:
        """Tell whether the event is wanted."""
        if self._units and event.unit not in self._units:
            return False
        kind = event.event_type
        return self._all or kind in self._exact or kind.startswith(self._begins)


def _listed(text: str | None) -> list[str]:
    return [item for each in (text or "").split(",") if (item := each.strip())]


class Cursor:
    """A place in every service's log."""

    def __init__(self, known: Mapping[str, Place] | None = None) -> None:
        self._places = dict(known or {})

    @classmethod
    def read(cls, text: str | None) -> Cursor:
        """Read a cursor that we gave out; none is the very beginning; raises Invalid."""
        if not text:
            return cls()
        try:
            return cls(places.read(text))
        except ValueError:
            raise Invalid("cursor_invalid") from None

    def __str__(self) -> str:
        return places.written(self._places)

    def place(self, source: str) -> Place:
        """Give the place in one service's log."""
        return self._places.get(source, Place("", 0))

    def move(self, source: str, epoch: str, position: int) -> None:
        """Go on to a position."""
        self._places[source] = Place(epoch, position)

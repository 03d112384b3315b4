"""Whom an event concerns: what open pages are told of, which is never more than that it happened.

A name is a tracking code, `person:{id}` for what is somebody's own, `team:{id}` for what changes a
unit's queue, or `unit:{id}` for anything about a unit's tickets.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from contracts.envelope import CloudEvent

_CODE_DIGITS: Final = 12
_PERSONS: Final = ("owner", "assignee", "person", "to_person", "to", "persons", "told")
_UNITS: Final = ("unit", "to_unit")
#: What enters or leaves a unit's queue, or asks the unit for something.
_OF_A_QUEUE: Final = frozenset(
    {
        "ticket.assigned",
        "ticket.escalated",
        "ticket.opened",
        "ticket.queued",
        "ticket.referred",
        "ticket.returned",
        "ticket.task_assigned",
        "ticket.task_opened",
        "ticket.unit_asked",
        "ticket.unit_replied",
    }
)


class Hint(msgspec.Struct, frozen=True):
    """That something happened to a ticket, and by which names it is somebody's business."""

    number: int
    code: str
    kind: str
    names: frozenset[str]


def hint_of(event: CloudEvent, number: int) -> Hint | None:
    """Give the hint of a ticket's event; None for what is about no ticket."""
    code, kind = event.subject, event.event_type
    if len(code) != _CODE_DIGITS or not code.isdecimal():
        return None
    return Hint(number, code, kind, frozenset(_names(event, code, kind)))


def _names(event: CloudEvent, code: str, kind: str) -> Iterator[str]:
    data: dict[str, Any] = msgspec.json.decode(event.data)
    yield code
    for person in _found(data, _PERSONS):
        yield f"person:{person}"
    units = set(_found(data, _UNITS))
    if isinstance(event.unit, str):
        units.add(event.unit)
    for unit in units:
        yield f"unit:{unit}"
        if kind in _OF_A_QUEUE:
            yield f"team:{unit}"


def _found(data: dict[str, Any], fields: tuple[str, ...]) -> Iterator[str]:
    for field in fields:
        value = data.get(field)
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, str):
                yield each

"""What expectations rest on, read from the tickets' snapshots: nothing is kept twice.

So a ticket counts once however often its events come, in every process alike, imported ones too.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from pymongo import ASCENDING, DESCENDING

from services.sla.domain.finding import STILL
from services.sla.domain.history import MOST_OF_SUBJECT, Ending

if TYPE_CHECKING:
    from pymongo.database import Database

_READ = {
    "ending": 1,
    "registered_at": 1,
    "load.unit": 1,
    "state.facts.kind": 1,
    "state.expected.first_at": 1,
    "state.course.step": 1,
    "state.course.state": 1,
    "state.course.at": 1,
}
#: A step of a flow of its own stands for one of these; waiting is no step ahead.
_ON_THE_WAY = frozenset({"new", "in_progress"})


class Standing(NamedTuple):
    """How many tickets a unit has, and how many ended there since the first of them did."""

    unit: str
    open: int
    ended: int
    first_at: datetime | None


class Endings:
    """The tickets of this installation that have ended, and how many have not."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._tickets = database["tickets"]

    def subjects(self) -> list[str]:
        """Give the subjects of which a ticket has ended."""
        found: list[str] = self._tickets.distinct("ending.subject", {"ending.subject": {"$gt": ""}})
        return found

    def newest(self, subject: str) -> list[Ending]:
        """Give the newest of a subject."""
        found = self._tickets.find(
            {"ending.subject": subject},
            _READ,
            sort=[("ending.at", DESCENDING)],
            limit=MOST_OF_SUBJECT,
        )
        return [_ending(item) for item in found]

    def standings(self, since: datetime) -> list[Standing]:
        """Give how full each unit is, with what ended there since an instant."""
        units: list[str] = self._tickets.distinct("load.unit", {"load.unit": {"$gt": ""}})
        return [self._standing(unit, since) for unit in units]

    def _standing(self, unit: str, since: datetime) -> Standing:
        ended = {"load.unit": unit, "load.until": {"$gte": since, "$lt": STILL}}
        first = self._tickets.find_one(ended, {"load": 1}, sort=[("load.until", ASCENDING)])
        return Standing(
            unit,
            self._tickets.count_documents({"load.unit": unit, "load.until": STILL}),
            self._tickets.count_documents(ended),
            first["load"]["until"] if first else None,
        )


def _ending(item: dict[str, Any]) -> Ending:
    state = item["state"]
    steps: dict[str, datetime] = {}
    kind_of_step = "new"
    for seen in state.get("course", ()):
        kind_of_step = seen.get("state", kind_of_step)
        step = seen.get("step")
        if step and step != kind_of_step and kind_of_step in _ON_THE_WAY:
            steps.setdefault(step, seen["at"])
    return Ending(
        subject=item["ending"]["subject"],
        kind=(state.get("facts") or {}).get("kind", ""),
        unit=item.get("load", {}).get("unit"),
        registered_at=item["registered_at"],
        ended_at=item["ending"]["at"],
        foretold=(state.get("expected") or {}).get("first_at"),
        steps=tuple(steps.items()),
    )

"""Marks: until when a loop has looked through the journal, kept for whoever goes on with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chassis.clock import instant_of

if TYPE_CHECKING:
    from pymongo.database import Database

#: How often a mark is written; whoever takes over looks through that much more than he must.
_SECONDS = 10.0


class Mark:
    """One loop's mark, in the collection `relay`; instants in seconds, of the database's clock."""

    def __init__(self, database: Database[dict[str, Any]], name: str) -> None:
        self._marks = database["relay"]
        self._name = name
        self._kept_at = 0.0

    def kept(self) -> float | None:
        """Give the instant before which everything was looked at, late-comers apart."""
        mark = self._marks.find_one({"_id": self._name})
        return float(mark["at"].timestamp()) if mark else None

    def keep(self, at: float) -> None:
        """Keep that everything before an instant was looked at, now and then."""
        if at - self._kept_at > _SECONDS:
            self._marks.update_one(
                {"_id": self._name}, {"$max": {"at": instant_of(at)}}, upsert=True
            )
            self._kept_at = at

"""What sla stores beside its journal: the published versions of agreements, calendars, holidays.

One collection, `published`, is both the truth and the audit: each publication is one document with
the next number as its id, by whom and when. So nothing can be half published, whoever publishes has
seen everything before, and a reader who knows the number knows the set.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError
from pymongo.read_concern import ReadConcern

from chassis.mongo import make_indexes

if TYPE_CHECKING:
    from pymongo.database import Database

Kind = Literal["agreement", "calendar", "holidays"]

#: What the due times of tickets are found by, without reading a ticket; the open clocks that go by
#: a calendar's version, in the order in which they are re-planned; the tickets that a unit had at a
#: time; those that were registered in the period of a trial; how many a unit has, and had; and the
#: newest of a subject that ended.
TICKET_INDEXES = (
    IndexModel([("due_at", ASCENDING), ("version", ASCENDING), ("_id", ASCENDING)]),
    IndexModel([("goes_by", ASCENDING), ("_id", ASCENDING)], sparse=True),
    IndexModel([("units", ASCENDING), ("_id", ASCENDING)], sparse=True),
    IndexModel([("registered_at", ASCENDING), ("_id", ASCENDING)]),
    IndexModel([("load.unit", ASCENDING), ("load.until", ASCENDING)], sparse=True),
    IndexModel([("ending.subject", ASCENDING), ("ending.at", ASCENDING)], sparse=True),
)


class Publication(msgspec.Struct, frozen=True, kw_only=True):
    """One version of an agreement, a calendar or a list of holidays, as it was written."""

    number: int
    kind: Kind
    id: str
    version: int
    definition: dict[str, Any]
    by: str
    at: datetime
    #: The command that led here, and a hash of its request.
    cause: str
    request: str
    #: What the library said, where a list of holidays was seeded from it.
    seed: dict[str, Any] | None = None


class Publications:
    """All publications, in order."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._published = database.get_collection("published", read_concern=ReadConcern("majority"))

    def make_indexes(self) -> None:
        """Let no command publish twice."""
        make_indexes(self._published, [IndexModel([("cause", ASCENDING)], unique=True)])

    def after(self, number: int) -> list[Publication]:
        """Give the publications beyond a number, in order."""
        return [
            _read(item) for item in self._published.find({"_id": {"$gt": number}}, sort=["_id"])
        ]

    def of_cause(self, cause: str) -> Publication | None:
        """Give what a command has published."""
        found = self._published.find_one({"cause": cause})
        return _read(found) if found else None

    def newest_seed(self, name: str) -> dict[str, Any] | None:
        """Give what a list of holidays was last seeded with."""
        query = {"kind": "holidays", "id": name, "seed": {"$ne": None}}
        found = self._published.find_one(query, sort=[("_id", -1)])
        return found["seed"] if found else None

    def add(self, publication: Publication) -> bool:
        """Store a publication; False when somebody else took its number or its cause."""
        document = msgspec.structs.asdict(publication)
        document["_id"] = document.pop("number")
        try:
            self._published.insert_one(document)
        except DuplicateKeyError:
            return False
        return True


def _read(document: dict[str, Any]) -> Publication:
    number = document.pop("_id")
    return Publication(number=number, **document)

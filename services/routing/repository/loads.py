"""Loads: which tickets count towards whose capacity, and how many open ones somebody owns.

`{_id: person, count, held: {code: {cause, at, points}}, owned, turn}`; `count` is the sum of the
points. Taking a place is one conditional update, so that no number of replicas gives a person more
than his capacity. Places are derived from the journal: they need not be durable, and the sweep
mends what a crash left behind.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from pymongo import UpdateOne
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError, PyMongoError

from chassis.logging import get_logger
from chassis.mongo import DERIVED

log = get_logger()


class Held(NamedTuple):
    """A place that is taken: for which ticket, by which decision, since when, of what size."""

    code: str
    cause: str
    at: datetime
    points: int


class Wanted(NamedTuple):
    """A place to be taken: by which decision, of what size, as whose turn if they take turns."""

    cause: str
    points: int
    turn: int = 0


class Freed(NamedTuple):
    """A place to be freed: with a cause, only where that cause took it."""

    person: str
    code: str
    cause: str | None
    points: int


class Load(NamedTuple):
    """What somebody has to do; of the places that he holds, those that were asked for."""

    points: int
    owned: int
    turn: int
    held: Mapping[str, Held]


NOTHING = Load(points=0, owned=0, turn=0, held={})


class Loads:
    """The collection `loads`."""

    def __init__(self, collection: Collection[dict[str, Any]]) -> None:
        self._collection = collection.with_options(write_concern=DERIVED)

    def of(self, people: Iterable[str], codes: Iterable[str] = ()) -> dict[str, Load]:
        """Give the loads of people, and what they hold of these tickets."""
        fields = ["count", "owned", "turn", *(f"held.{code}" for code in codes)]
        found = self._collection.find({"_id": {"$in": list(people)}}, fields)
        return {item["_id"]: _read(item) for item in found}

    def whole(self, person: str) -> Load | None:
        """Give somebody's load with all that he holds."""
        found = self._collection.find_one({"_id": person})
        return _read(found) if found else None

    def take(
        self, person: str, wanted: Mapping[str, Wanted], *, most: int, at: datetime
    ) -> dict[str, bool]:
        """Take places where he has no more points than `most`, which grows by each that is taken.

        Gives those taken, False where the cause had it before.
        """
        if len(wanted) > 1 and self._take_together(person, wanted, most, at):
            return dict.fromkeys(wanted, True)
        taken = {}
        for code, place in wanted.items():
            if self._take_together(person, {code: place}, most, at):
                taken[code] = True
                most += place.points
            elif self._has(person, code, place.cause):
                taken[code] = False
        return taken

    def release(self, places: Iterable[Freed]) -> None:
        """Free places."""
        updates = [
            UpdateOne(
                {"_id": place.person, f"held.{place.code}": {"$exists": True}}
                | ({} if place.cause is None else {f"held.{place.code}.cause": place.cause}),
                {"$unset": {f"held.{place.code}": ""}, "$inc": {"count": -place.points}},
            )
            for place in places
        ]
        self._write(updates)

    def adopt(self, person: str, tickets: Mapping[str, int], at: datetime) -> None:
        """Count tickets, {code: points}, that a person has although no place was taken for them."""
        for code, points in tickets.items():
            place = {"cause": "sweep", "at": at, "points": points}
            self._collection.update_one(
                {"_id": person, f"held.{code}": {"$exists": False}},
                {"$set": {f"held.{code}": place}, "$inc": {"count": points}},
            )

    def count_owned(self, changes: Mapping[str, int]) -> None:
        """Add to how many open tickets people own."""
        updates = [
            UpdateOne({"_id": person}, {"$inc": {"owned": change}})
            for person, change in changes.items()
            if change
        ]
        self._write(updates)

    def set_owned(self, person: str, owned: int) -> None:
        """Say how many open tickets a person owns."""
        self._collection.update_one({"_id": person}, {"$set": {"owned": owned}})

    def enter(self, person: str) -> None:
        """Begin to count a person's load."""
        try:
            self._collection.insert_one({"_id": person, "count": 0, "held": {}, "owned": 0})
        except DuplicateKeyError:
            return

    def _write(self, updates: list[UpdateOne]) -> None:
        """Write what follows a commit: that one stands, so a failure here is left to the sweep."""
        try:
            if updates:
                self._collection.bulk_write(updates, ordered=False)
        except PyMongoError as error:
            log.warning("loads_not_written", error=type(error).__name__)

    def _take_together(
        self, person: str, wanted: Mapping[str, Wanted], most: int, at: datetime
    ) -> bool:
        free: dict[str, Any] = {f"held.{code}": {"$exists": False} for code in wanted}
        places = {
            f"held.{code}": {"cause": place.cause, "at": at, "points": place.points}
            for code, place in wanted.items()
        }
        room = {"_id": person, "count": {"$lte": most}}
        update: dict[str, Any] = {
            "$set": places,
            "$inc": {"count": sum(place.points for place in wanted.values())},
        }
        turn = max(place.turn for place in wanted.values())
        if turn:
            update["$max"] = {"turn": turn}
        return self._collection.update_one(room | free, update).matched_count == 1

    def _has(self, person: str, code: str, cause: str) -> bool:
        mine = {"_id": person, f"held.{code}.cause": cause}
        return self._collection.find_one(mine, {"_id": 1}) is not None


def _read(found: Mapping[str, Any]) -> Load:
    held = {
        code: Held(code, place["cause"], place["at"], place.get("points", 1))
        for code, place in found.get("held", {}).items()
    }
    return Load(found["count"], found["owned"], found.get("turn", 0), held)

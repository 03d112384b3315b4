"""Loads: which tickets count towards whose capacity, and how many open ones somebody owns.

`{_id: person, count, held: {code: {cause, at, points}}, owned, turn}`; `count` is the sum of the
points. `{_id: "#" + unit, version, giving: {code: {person, cause, at, points}}}` counts how often
work of a unit was given, and names what is given by decisions not yet stored. Places are taken by
one write that changes nothing where the version is another than when they were chosen, or somebody
has more than then: so each choice sees all earlier ones, and nobody gets more than his capacity,
whatever the number of replicas. Places are derived from the journal: they need not be durable, and
the sweep mends what a crash left behind.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from pymongo import UpdateOne
from pymongo.collection import Collection
from pymongo.errors import BulkWriteError, DuplicateKeyError, PyMongoError

from chassis.logging import get_logger
from chassis.mongo import DERIVED

log = get_logger()
_DUPLICATE_KEY = 11000


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


class Giving(NamedTuple):
    """A place that a decision under way has taken for a ticket or task."""

    work: str
    person: str
    cause: str
    at: datetime
    points: int


class Team(NamedTuple):
    """How often work of a unit was given, and what is being given now."""

    version: int
    giving: Mapping[str, Giving]


class Taking(NamedTuple):
    """Places to be taken with one person of a unit, while he has no more points than `most`."""

    person: str
    unit: str
    most: int
    places: Mapping[str, Wanted]


class Ended(NamedTuple):
    """A decision is over: its work is no longer being given in the unit."""

    unit: str
    work: str


class Load(NamedTuple):
    """What somebody has to do; of the places that he holds, those that were asked for."""

    points: int
    owned: int
    turn: int
    held: Mapping[str, Held]


class Standing(NamedTuple):
    """Loads of people, and teams by unit, at one moment."""

    loads: dict[str, Load]
    teams: dict[str, Team]


NOTHING = Load(points=0, owned=0, turn=0, held={})
IDLE = Team(version=0, giving={})
#: Before the units among the names; sorts before every person's, so that units are read first.
_UNIT = "#"


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

    def standing(
        self, people: Iterable[str], works: Iterable[str], units: Iterable[str]
    ) -> Standing:
        """Give what choices go by: units no later than the people."""
        names = sorted([*(_UNIT + unit for unit in units), *people])
        fields = ["count", "owned", "turn", "version", "giving", *(f"held.{w}" for w in works)]
        standing = Standing({}, {})
        for item in self._collection.find({"_id": {"$in": names}}, fields):
            name: str = item["_id"]
            if name.startswith(_UNIT):
                standing.teams[name.removeprefix(_UNIT)] = _team(item)
            else:
                standing.loads[name] = _read(item)
        return standing

    def take(self, takings: Sequence[Taking], teams: Mapping[str, Team], at: datetime) -> bool:
        """Take all these places, or none where somebody else gave work of a unit meanwhile."""
        units = list(dict.fromkeys(taking.unit for taking in takings))
        gives = [_give(unit, takings, teams.get(unit, IDLE), at) for unit in units]
        writes = [*gives, *(_take(taking, at) for taking in takings)]
        try:
            result = self._collection.bulk_write(writes, ordered=True)
        except BulkWriteError as error:
            # The first write that fails is the last that is tried.
            self._undo(takings, units[: _failed_at(error)], [])
            return False
        if result.matched_count + result.upserted_count == len(writes):
            return True
        self._undo(takings, units, takings)
        return False

    def settle(
        self, frees: Sequence[Freed], ended: Sequence[Ended], owned: Mapping[str, int]
    ) -> None:
        """Free places, end giving, and add to how many open tickets people own."""
        counts = [UpdateOne({"_id": p}, {"$inc": {"owned": n}}) for p, n in owned.items() if n]
        self._write([*_releases(frees), *_ends(ended), *counts])

    def giving(self) -> dict[str, Team]:
        """Give the units that give work now, with what they give."""
        found = self._collection.find({"_id": {"$gte": _UNIT, "$lt": chr(ord(_UNIT) + 1)}})
        return {item["_id"].removeprefix(_UNIT): _team(item) for item in found}

    def release(self, places: Iterable[Freed]) -> None:
        """Free places."""
        self._write(_releases(places))

    def adopt(self, person: str, tickets: Mapping[str, int], at: datetime) -> None:
        """Count tickets, {code: points}, that a person has although no place was taken for them."""
        for code, points in tickets.items():
            place = {"cause": "sweep", "at": at, "points": points}
            self._collection.update_one(
                {"_id": person, f"held.{code}": {"$exists": False}},
                {"$set": {f"held.{code}": place}, "$inc": {"count": points}},
            )

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
                self._collection.bulk_write(updates, ordered=True)
        except PyMongoError as error:
            log.warning("loads_not_written", error=type(error).__name__)

    def _undo(
        self, takings: Sequence[Taking], units: Sequence[str], taken: Sequence[Taking]
    ) -> None:
        frees = [
            Freed(taking.person, work, place.cause, place.points)
            for taking in taken
            for work, place in taking.places.items()
        ]
        given = [taking for taking in takings if taking.unit in units]
        ended = [Ended(taking.unit, work) for taking in given for work in taking.places]
        self._write([*_releases(frees), *_ends(ended)])


def _give(unit: str, takings: Sequence[Taking], team: Team, at: datetime) -> UpdateOne:
    """Say what a unit gives; where its version is another by now, its taken name is an error."""
    giving = {
        f"giving.{work}": {
            "person": taking.person,
            "cause": place.cause,
            "at": at,
            "points": place.points,
        }
        for taking in takings
        if taking.unit == unit
        for work, place in taking.places.items()
    }
    same = {"_id": _UNIT + unit, "version": team.version}
    return UpdateOne(same, {"$set": giving, "$inc": {"version": 1}}, upsert=True)


def _take(taking: Taking, at: datetime) -> UpdateOne:
    free: dict[str, Any] = {f"held.{work}": {"$exists": False} for work in taking.places}
    held = {
        f"held.{work}": {"cause": place.cause, "at": at, "points": place.points}
        for work, place in taking.places.items()
    }
    points = sum(place.points for place in taking.places.values())
    update: dict[str, Any] = {"$set": held, "$inc": {"count": points}}
    turn = max(place.turn for place in taking.places.values())
    if turn:
        update["$max"] = {"turn": turn}
    return UpdateOne({"_id": taking.person, "count": {"$lte": taking.most}} | free, update)


def _releases(places: Iterable[Freed]) -> list[UpdateOne]:
    return [
        UpdateOne(
            {"_id": place.person, f"held.{place.code}": {"$exists": True}}
            | ({} if place.cause is None else {f"held.{place.code}.cause": place.cause}),
            {"$unset": {f"held.{place.code}": ""}, "$inc": {"count": -place.points}},
        )
        for place in places
    ]


def _ends(ended: Iterable[Ended]) -> list[UpdateOne]:
    works: dict[str, dict[str, str]] = {}
    for unit, work in ended:
        works.setdefault(unit, {})[f"giving.{work}"] = ""
    return [UpdateOne({"_id": _UNIT + unit}, {"$unset": these}) for unit, these in works.items()]


def _failed_at(error: BulkWriteError) -> int:
    faults = (error.details or {}).get("writeErrors", [])
    if not faults or faults[0].get("code") != _DUPLICATE_KEY:
        raise error
    return int(faults[0]["index"])


def _team(found: Mapping[str, Any]) -> Team:
    giving = found.get("giving", {})
    return Team(found["version"], {work: Giving(work, **what) for work, what in giving.items()})


def _read(found: Mapping[str, Any]) -> Load:
    held = {
        code: Held(code, place["cause"], place["at"], place.get("points", 1))
        for code, place in found.get("held", {}).items()
    }
    return Load(found["count"], found["owned"], found.get("turn", 0), held)

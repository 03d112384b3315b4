"""Wrong proofs of late, counted per code, per address, and per address and code.

A count runs from the first wrong proof to the end of its window, whatever comes in between. Each
process holds a copy of the counts that stand, so that a right proof costs no question: what it
counts itself it knows at once, what the other replicas count within a second.
"""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo import IndexModel, UpdateOne
from pymongo.collection import Collection

from chassis.gather import Gathered
from chassis.mongo import make_indexes
from services.intake.domain.guessing import Failures, Key

_LOOK_SECONDS = 1.0
#: How far a count may become visible after the time it was made at.
_APART = timedelta(seconds=5)
#: Counts worth a place in memory; beyond, under attack, the database is asked each time.
_MOST = 50_000

Count = tuple[int, datetime]


class Attempts:
    """The collection `attempts`."""

    def __init__(self, collection: Collection[dict[str, Any]]) -> None:
        self._collection = collection
        self._known: dict[str, Count] = {}
        self._looked_at = float("-inf")
        self._seen_upto = datetime.min.replace(tzinfo=UTC) + _APART
        self._looks: Gathered[datetime, None] = Gathered(self._look)

    def make_indexes(self) -> None:
        """Let the database forget counts whose window has ended, and find those that changed."""
        make_indexes(
            self._collection, [IndexModel("until", expireAfterSeconds=60), IndexModel("counted_at")]
        )

    def failures(self, keys: dict[Key, str], now: datetime) -> Failures:
        """Give the counts that stand, and until when."""
        if not self._is_fresh:
            self._looks.one(now)
        counts = self._known if len(self._known) <= _MOST else self._asked(list(keys.values()))
        found = {key: counts[name] for key, name in keys.items() if name in counts}
        return {key: count for key, count in found.items() if count[1] > now}

    def count(self, keys: dict[Key, str], *, now: datetime, until: datetime) -> None:
        """Count one wrong proof under each key; begin anew where a window has ended."""
        running = {"$gt": [{"$ifNull": ["$until", now]}, now]}
        step = {
            "$set": {
                "wrong": {"$cond": [running, {"$add": ["$wrong", 1]}, 1]},
                "until": {"$cond": [running, "$until", until]},
                "counted_at": now,
            }
        }
        for name in keys.values():
            wrong, end = self._known.get(name, (0, now))
            self._known[name] = (wrong + 1, end) if end > now else (1, until)
        self._collection.bulk_write(
            [UpdateOne({"_id": name}, [step], upsert=True) for name in keys.values()],
            ordered=False,
        )

    @property
    def _is_fresh(self) -> bool:
        return time.monotonic() - self._looked_at < _LOOK_SECONDS

    def _look(self, instants: list[datetime]) -> list[None]:
        """Learn what has been counted since the last look, here or elsewhere."""
        if not self._is_fresh:
            now = max(instants)
            query = {"counted_at": {"$gte": self._seen_upto - _APART}, "until": {"$gt": now}}
            changed = _counts(self._collection.find(query, limit=_MOST + 1))
            standing = {name: count for name, count in self._known.items() if count[1] > now}
            # A count of ours may still be on its way there.
            ours = changed.keys() & self._known.keys()
            more = {name: max(self._known[name], changed[name]) for name in ours}
            self._known = standing | changed | more
            self._looked_at = time.monotonic()
            if len(changed) <= _MOST:
                self._seen_upto = now
        return [None] * len(instants)

    def _asked(self, names: list[str]) -> dict[str, Count]:
        return _counts(self._collection.find({"_id": {"$in": names}}))


def _counts(found: Any) -> dict[str, Count]:
    return {item["_id"]: (item["wrong"], item["until"]) for item in found}

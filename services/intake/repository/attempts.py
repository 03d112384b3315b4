"""Wrong proofs of late, counted per code, per address, and per address and code.

A count runs from the first wrong proof to the end of its window, whatever comes in between.
"""

from datetime import datetime
from typing import Any

from pymongo import IndexModel, UpdateOne
from pymongo.collection import Collection

from services.intake.domain.guessing import Failures, Key


class Attempts:
    """The collection `attempts`."""

    def __init__(self, collection: Collection[dict[str, Any]]) -> None:
        self._collection = collection

    def make_indexes(self) -> None:
        """Let the database forget counts whose window has ended."""
        self._collection.create_indexes([IndexModel("until", expireAfterSeconds=60)])

    def failures(self, keys: dict[Key, str], now: datetime) -> Failures:
        """Give the counts that stand, and until when."""
        names = {name: key for key, name in keys.items()}
        query = {"_id": {"$in": list(names)}, "until": {"$gt": now}}
        return {
            names[found["_id"]]: (found["wrong"], found["until"])
            for found in self._collection.find(query)
        }

    def count(self, keys: dict[Key, str], *, now: datetime, until: datetime) -> None:
        """Count one wrong proof under each key; begin anew where a window has ended."""
        running = {"$gt": [{"$ifNull": ["$until", now]}, now]}
        step = {
            "$set": {
                "wrong": {"$cond": [running, {"$add": ["$wrong", 1]}, 1]},
                "until": {"$cond": [running, "$until", until]},
            }
        }
        self._collection.bulk_write(
            [UpdateOne({"_id": name}, [step], upsert=True) for name in keys.values()],
            ordered=False,
        )

"""How units stand: counts over open tickets, from their index alone, and what is out longest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from pymongo import IndexModel
from pymongo.collection import Collection

from contracts.calls.routing.board import AGE_HOURS, OpenCount
from contracts.routing import ENDED, STATES

OPEN = sorted(set(STATES) - ENDED)
#: Open tickets alone, with all that is counted: however many have ended, a board reads none.
OPEN_INDEX = IndexModel(
    [("unit", 1), ("status", 1), ("opened_at", 1), ("queued", 1)],
    name="open",
    partialFilterExpression={"status": {"$in": OPEN}},
)
_AWAY = {"state.referrals.0": {"$exists": True}}

#: Units by id; None stands for tickets that no unit has yet.
Units = Sequence[str | None]


class Boards:
    """Questions about the collection `tickets` for a board."""

    def __init__(self, collection: Collection[dict[str, Any]]) -> None:
        self._collection = collection

    def counts(self, units: Units, now: datetime) -> list[OpenCount]:
        """Count open tickets by unit, state and age."""
        group = {"unit": "$unit", "state": "$status", "age": age_band(now)}
        found = self._collection.aggregate(
            [
                {"$match": open_in(units)},
                {
                    "$group": {
                        "_id": group,
                        "tickets": {"$sum": 1},
                        "queued": {"$sum": {"$cond": ["$queued", 1, 0]}},
                    }
                },
            ],
            hint="open",
        )
        counts = [
            OpenCount(**item["_id"], tickets=item["tickets"], queued=item["queued"])
            for item in found
        ]
        return sorted(counts, key=lambda count: (count.unit or "", count.state, count.age))

    def registered(self, units: Units, since: datetime) -> int:
        """Count the tickets that were registered since an instant."""
        query = {"opened_at": {"$gte": since}, "unit": {"$in": list(units)}}
        return self._collection.count_documents(query)

    def ended(self, units: Units, since: datetime) -> int:
        """Count the tickets that have ended since an instant, whatever way."""
        query = {
            "unit": {"$in": list(units)},
            "updated_at": {"$gte": since},
            "state.ended_at": {"$gte": since},
        }
        return self._collection.count_documents(query)


def open_in(units: Units) -> dict[str, Any]:
    """Give the condition for open tickets of units."""
    return {"unit": {"$in": list(units)}, "status": {"$in": OPEN}}


def away_in(units: Units) -> dict[str, Any]:
    """Give the condition for open tickets of units that are out with others."""
    return open_in(units) | _AWAY


def aged(age: int, now: datetime) -> dict[str, Any]:
    """Give the condition for tickets of a band of age."""
    span: dict[str, Any] = {}
    if age < len(AGE_HOURS):
        span["$gt"] = now - timedelta(hours=AGE_HOURS[age])
    if age > 0:
        span["$lte"] = now - timedelta(hours=AGE_HOURS[age - 1])
    return {"opened_at": span}


def age_band(now: datetime) -> dict[str, Any]:
    """Give the database's way to tell a ticket's band of age."""
    branches = [
        {"case": {"$gt": ["$opened_at", now - timedelta(hours=hours)]}, "then": band}
        for band, hours in enumerate(AGE_HOURS)
    ]
    return {"$switch": {"branches": branches, "default": len(AGE_HOURS)}}

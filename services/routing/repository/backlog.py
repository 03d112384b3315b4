"""How many tickets are open, for operators: from the index of open tickets alone."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from pymongo.collection import Collection

from chassis.shown import Figures
from contracts.calls.routing.board import AGE_HOURS
from services.routing.repository.boards import OPEN, age_band

#: The bands of age by the hours that none in them has reached.
AGES = (*(f"{hours}h" for hours in AGE_HOURS), "older")


class Backlog:
    """Questions about the collection `tickets` as a whole."""

    def __init__(self, collection: Collection[dict[str, Any]]) -> None:
        self._collection = collection

    def figures(self, now: datetime) -> Figures:
        """Count open tickets by state and age, and those that wait for a free person."""
        open_: Counter[tuple[str, ...]] = Counter(
            {(state, age): 0 for state in OPEN for age in AGES}
        )
        unassigned, oldest = 0, now
        for row in self._rows(now):
            open_[row["_id"]["state"], AGES[row["_id"]["age"]]] += row["tickets"]
            unassigned += row["queued"]
            oldest = min(oldest, row["oldest"] or now)
        return {
            "peygir_tickets_open": open_,
            "peygir_tickets_unassigned": {(): unassigned},
            "peygir_tickets_unassigned_oldest_seconds": {(): (now - oldest).total_seconds()},
        }

    def _rows(self, now: datetime) -> list[dict[str, Any]]:
        queued = {"$cond": ["$queued", 1, 0]}
        group = {
            "_id": {"state": "$status", "age": age_band(now)},
            "tickets": {"$sum": 1},
            "queued": {"$sum": queued},
            "oldest": {"$min": {"$cond": ["$queued", "$opened_at", None]}},
        }
        # Asked for both at once, the index alone would not do.
        with_unit, without = {"unit": {"$gte": ""}}, {"unit": None}
        return [
            row
            for units in (with_unit, without)
            for row in self._collection.aggregate(
                [{"$match": units | {"status": {"$in": OPEN}}}, {"$group": group}], hint="open"
            )
        ]

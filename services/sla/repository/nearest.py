"""The running clocks of what units have now, by when they come due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from contracts.calls.nearest import DueClock, Nearest
from services.sla.domain.finding import STILL

if TYPE_CHECKING:
    from pymongo.database import Database

_SOON = timedelta(hours=1)


class RunningClocks:
    """Clocks on which time passes, of open tickets alone."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._tickets = database["tickets"]

    def nearest(self, units: Sequence[str], now: datetime, limit: int) -> Nearest:
        """Give what comes due next and what became late last, with how many there are of each."""
        late = {"$lte": ["$due_at", now]}
        soon = {"$and": [{"$gt": ["$due_at", now]}, {"$lte": ["$due_at", now + _SOON]}]}
        counted = {
            "_id": None,
            "running": {"$sum": 1},
            "late": {"$sum": {"$cond": [late, 1, 0]}},
            "soon": {"$sum": {"$cond": [soon, 1, 0]}},
        }
        (found,) = self._tickets.aggregate(
            [
                {"$match": {"load.unit": {"$in": list(units)}, "load.until": STILL}},
                {"$project": {"unit": "$load.unit", "clock": {"$objectToArray": "$state.clocks"}}},
                {"$unwind": "$clock"},
                {"$match": {"clock.v.state": "running"}},
                {
                    "$project": {
                        "_id": 0,
                        "code": "$_id",
                        "unit": 1,
                        "clock": "$clock.k",
                        "target_seconds": "$clock.v.target_seconds",
                        "due_at": "$clock.v.due_at",
                    }
                },
                {
                    "$facet": {
                        "counts": [{"$group": counted}],
                        "coming": _by_due({"$gt": now}, 1, limit),
                        "overdue": _by_due({"$lte": now}, -1, limit),
                    }
                },
            ]
        )
        counts = found["counts"][0] if found["counts"] else {}
        return Nearest(
            running=counts.get("running", 0),
            late=counts.get("late", 0),
            soon=counts.get("soon", 0),
            coming=msgspec.convert(found["coming"], list[DueClock]),
            overdue=msgspec.convert(found["overdue"], list[DueClock]),
        )


def _by_due(span: dict[str, datetime], order: int, limit: int) -> list[dict[str, Any]]:
    return [
        {"$match": {"due_at": span}},
        {"$sort": {"due_at": order, "code": 1}},
        {"$limit": limit},
    ]

"""What units have to do and have done, read from the tickets' snapshots: nothing is kept twice."""

from datetime import datetime
from typing import Any

from pymongo import DESCENDING
from pymongo.collection import Collection

from services.routing.domain.capacity import Finished
from services.routing.domain.survey import OpenWork
from services.routing.domain.ticket import STILL

#: More of a unit is not looked at: the newest of what it finished, any of what it has.
_MOST = 5000
_READ_OPEN = {
    "weight": 1,
    "priority": 1,
    "opened_at": 1,
    "status": 1,
    "state.subject": 1,
    "state.touch_seconds": 1,
}
_READ_ENDED = {"weight": 1, "status": 1, "load": 1, "state.subject": 1, "state.touch_seconds": 1}


class Efforts:
    """Questions about the collection `tickets`, by the field `load` of `domain.ticket.index`."""

    def __init__(self, collection: Collection[dict[str, Any]]) -> None:
        self._collection = collection

    def open_in(self, unit: str) -> list[OpenWork]:
        """Give the open tickets of a unit whose work is not done."""
        found = self._collection.find({"load.unit": unit, "load.until": STILL}, _READ_OPEN)
        return [_open(item) for item in found.limit(_MOST) if item["status"] != "done"]

    def finished_in(self, unit: str, since: datetime) -> list[Finished]:
        """Give what a unit finished since an instant, the newest first."""
        ended = {"load.unit": unit, "load.until": {"$gte": since, "$lt": STILL}}
        found = self._collection.find(ended, _READ_ENDED, sort=[("load.until", DESCENDING)])
        return [_finished(item) for item in found.limit(_MOST) if item["status"] == "finished"]


def _open(item: dict[str, Any]) -> OpenWork:
    state = item["state"]
    return OpenWork(
        item["_id"],
        state["subject"],
        item.get("weight", 1),
        state.get("touch_seconds", 0),
        item["priority"],
        item["opened_at"],
    )


def _finished(item: dict[str, Any]) -> Finished:
    state = item["state"]
    at, points = item["load"]["until"], item.get("weight", 1)
    return Finished(at, state["subject"], points, state.get("touch_seconds", 0))

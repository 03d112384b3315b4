"""Which processes post to webhooks now, by the database's clock."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from pymongo import IndexModel

from chassis.clock import as_utc
from chassis.lease import HOLDER
from chassis.mongo import make_indexes
from services.notify.repository.reach import database

if TYPE_CHECKING:
    from pymongo.database import Database

#: Who has not been heard of for so long is gone.
_SECONDS = 5


class Workers:
    """The collection `webhook_workers`."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._rows = database["webhook_workers"]

    def make_indexes(self) -> None:
        """Have those forgotten that are gone."""
        make_indexes(self._rows, [IndexModel([("until", 1)], expireAfterSeconds=60)])

    def present(self, now: datetime) -> list[str]:
        """Be one of them, and give all there are; raises Unavailable."""
        until = {"$add": ["$$NOW", _SECONDS * 1000]}
        with database():
            self._rows.update_one({"_id": HOLDER}, [{"$set": {"until": until}}], upsert=True)
            return [row["_id"] for row in self._rows.find() if as_utc(row["until"]) > now]

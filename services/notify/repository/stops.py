"""Partners whose system has said that it wants no more messages, until they are defined anew."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from pymongo.errors import PyMongoError

from chassis.errors import Unavailable

if TYPE_CHECKING:
    from pymongo.database import Database


class Stops:
    """The collection `partner_stops`: as of which version of the partner; raises Unavailable."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._rows = database["partner_stops"]

    def stop(self, partner: str, version: int, at: datetime) -> None:
        """Send this version of a partner nothing more."""
        row = {"version": version, "at": at}
        try:
            self._rows.replace_one({"_id": partner}, row, upsert=True)
        except PyMongoError as error:
            raise Unavailable("database_unavailable", retry_after=1) from error

    def holds(self, partner: str, version: int) -> bool:
        """Tell whether nothing may be sent to this version of a partner."""
        try:
            found = self._rows.find_one({"_id": partner}, {"version": 1})
        except PyMongoError as error:
            raise Unavailable("database_unavailable", retry_after=1) from error
        return found is not None and found["version"] >= version

"""Who is making the first administrator: one command at a time, whatever crashes in between."""

from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

_ID = "first"
#: After so long a command that has not ended is thought dead.
_DEAD_AFTER = timedelta(minutes=1)
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Foundings:
    """The collection `foundings`, with one document."""

    def __init__(self, collection: Collection[dict[str, Any]]) -> None:
        self._collection = collection

    def claim(self, cause: str, person: str, now: datetime) -> str | None:
        """Let one command go on with a person of its own; None while another one is at it.

        A repeat of the command that was let through last gets the person it began with.
        """
        found = self._collection.find_one({"_id": _ID})
        if found is not None and found["cause"] == cause:
            return str(found["person"])
        claim = {"cause": cause, "person": person, "at": now}
        try:
            self._collection.replace_one(
                {"_id": _ID, "at": {"$lt": now - _DEAD_AFTER}}, claim, upsert=True
            )
        except DuplicateKeyError:
            return None
        return person

    def finish(self, cause: str) -> None:
        """Let the next command go on at once: whom this one made stands in the directory."""
        self._collection.update_one({"_id": _ID, "cause": cause}, {"$set": {"at": _LONG_AGO}})

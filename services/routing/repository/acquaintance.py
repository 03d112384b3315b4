"""Who had a requester's work last, where the strategy of a queue wants to know."""

from collections.abc import Iterable, Mapping
from typing import Any

from pymongo import UpdateOne
from pymongo.collection import Collection
from pymongo.errors import PyMongoError

from chassis.logging import get_logger
from chassis.mongo import DERIVED

log = get_logger()


class Acquaintance:
    """The collection `acquaintance`: `{_id: requester, person}`. Losing a line costs a habit."""

    def __init__(self, collection: Collection[dict[str, Any]]) -> None:
        self._collection = collection.with_options(write_concern=DERIVED)

    def of(self, requesters: Iterable[str]) -> dict[str, str]:
        """Give who had their work last."""
        found = self._collection.find({"_id": {"$in": sorted(set(requesters))}})
        return {item["_id"]: item["person"] for item in found}

    def remember(self, agents: Mapping[str, str]) -> None:
        """Keep who has the work of requesters now, {requester: person}."""
        updates = [
            UpdateOne({"_id": requester}, {"$set": {"person": person}}, upsert=True)
            for requester, person in agents.items()
        ]
        try:
            if updates:
                self._collection.bulk_write(updates, ordered=False)
        except PyMongoError as error:
            log.warning("acquaintance_not_written", error=type(error).__name__)

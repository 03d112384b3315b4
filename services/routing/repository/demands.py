"""Whose signing in takes a second step whether they want it or not: one document."""

from collections.abc import Sequence
from typing import Any

from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

_NAME = "second_factor"


class Demands:
    """The collection `sign_in`."""

    def __init__(self, collection: Collection[dict[str, Any]]) -> None:
        self._collection = collection

    def roles(self) -> list[str]:
        """Give the roles that have to have a second factor."""
        found = self._collection.find_one({"_id": _NAME})
        return [] if found is None else list(found["roles"])

    def save(self, roles: Sequence[str], version: int) -> None:
        """Demand it of these roles and no others, unless what is there is as new."""
        older = {"_id": _NAME, "version": {"$lt": version}}
        change = {"$set": {"roles": list(roles), "version": version}}
        try:
            self._collection.update_one(older, change, upsert=True)
        except DuplicateKeyError:
            return

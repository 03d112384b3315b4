"""Groups of words as they are read, each derived from its stream."""

from __future__ import annotations

from typing import Any

import msgspec
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

from contracts.calls.intake import WordGroup


class WordGroups:
    """The collection `word_groups`."""

    def __init__(self, collection: Collection[dict[str, Any]]) -> None:
        self._collection = collection

    def all(self) -> list[WordGroup]:
        """Give every group, by id."""
        found = self._collection.find(sort=[("_id", 1)])
        return [msgspec.convert({"id": item["_id"], **item}, WordGroup) for item in found]

    def save(self, group: WordGroup, version: int) -> None:
        """Write a group as of a version of its stream, unless a newer one stands there."""
        fields = msgspec.structs.asdict(group)
        name = fields.pop("id")
        try:
            self._collection.replace_one(
                {"_id": name, "version": {"$lt": version}},
                fields | {"version": version},
                upsert=True,
            )
        except DuplicateKeyError:
            return

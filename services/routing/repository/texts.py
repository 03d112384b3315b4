"""Texts: what was written in actions, each erasable by itself.

The id is made from the command that brought the text, so writing it again changes nothing.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

from contracts.envelope import ContentRef


class Texts:
    """The collection `texts`."""

    def __init__(self, collection: Collection[dict[str, Any]]) -> None:
        self._collection = collection

    def keep(
        self, stream: str, refs: Mapping[str, ContentRef], texts: Mapping[str, str], *, at: datetime
    ) -> list[str]:
        """Store texts before the commit that refers to them; gives the ids that are new."""
        return [
            ref.id
            for field, ref in refs.items()
            if self._insert({"_id": ref.id, "stream": stream, "body": texts[field], "at": at})
        ]

    def forget(self, ids: Sequence[str]) -> None:
        """Remove texts whose command was refused."""
        if ids:
            self._collection.delete_many({"_id": {"$in": list(ids)}})

    def bodies(self, ids: Sequence[str]) -> dict[str, str]:
        """Give those texts that there are, by id; an erased one is left out."""
        if not ids:
            return {}
        found = self._collection.find({"_id": {"$in": list(ids)}}, {"body": 1})
        return {item["_id"]: item["body"] for item in found}

    def _insert(self, document: dict[str, Any]) -> bool:
        try:
            self._collection.insert_one(document)
        except DuplicateKeyError:
            return False
        return True

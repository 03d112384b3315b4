"""Texts: what requesters wrote after registering, each erasable by itself.

The id is made from the command that brought the text, so writing it again changes nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pymongo import IndexModel
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

from chassis.mongo import make_indexes


class Texts:
    """The collection `texts`."""

    def __init__(self, collection: Collection[dict[str, Any]]) -> None:
        self._collection = collection

    def make_indexes(self) -> None:
        """Have a stream's found together."""
        make_indexes(self._collection, [IndexModel("stream")])

    def keep(self, text_id: str, *, stream: str, body: str, at: datetime) -> None:
        """Store a text before the commit that refers to it."""
        document = {"_id": text_id, "stream": stream, "body": body, "at": at}
        try:
            self._collection.insert_one(document)
        except DuplicateKeyError:
            return

    def forget(self, text_id: str) -> None:
        """Remove a text that nothing refers to any more."""
        self._collection.delete_one({"_id": text_id})

    def bodies(self, ids: Sequence[str]) -> dict[str, str]:
        """Give those texts that there are, by id; an erased one is left out."""
        if not ids:
            return {}
        found = self._collection.find({"_id": {"$in": list(ids)}}, {"body": 1})
        return {item["_id"]: item["body"] for item in found}

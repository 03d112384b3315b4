"""Texts: what was written in actions, each erasable by itself.

The id is made from the command that brought the text, so writing it again changes nothing but the
count of `claims`: two tries of one command may be under way at once, and the text goes only when
each of them was refused.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pymongo import IndexModel
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

from chassis.mongo import make_indexes
from contracts.envelope import ContentRef


class Texts:
    """The collection `texts`."""

    def __init__(self, collection: Collection[dict[str, Any]]) -> None:
        self._collection = collection

    def make_indexes(self) -> None:
        """Have a stream's found together."""
        make_indexes(self._collection, [IndexModel("stream")])

    def keep(
        self, stream: str, refs: Mapping[str, ContentRef], texts: Mapping[str, str], *, at: datetime
    ) -> None:
        """Store texts before the commit that refers to them, and claim each."""
        for field, ref in refs.items():
            document = {"_id": ref.id, "stream": stream, "body": texts[field], "at": at}
            # Between the two another try may have removed it.
            while not self._insert(document | {"claims": 1}) and not self._claim(ref.id):
                continue

    def forget(self, refs: Mapping[str, ContentRef]) -> None:
        """Give up the claims of a command that was refused, and remove what nobody claims."""
        ids = {"_id": {"$in": [ref.id for ref in refs.values()]}}
        if refs:
            self._collection.update_many(ids, {"$inc": {"claims": -1}})
            self._collection.delete_many(ids | {"claims": {"$lte": 0}})

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

    def _claim(self, text_id: str) -> bool:
        found = self._collection.update_one({"_id": text_id}, {"$inc": {"claims": 1}})
        return found.matched_count == 1

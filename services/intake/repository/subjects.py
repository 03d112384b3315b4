"""The subject catalogue as it is read: each line with its titles, derived from its stream."""

from typing import Any

from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

from contracts.calls.intake import Subject


class Subjects:
    """The collection `subjects`."""

    def __init__(self, collection: Collection[dict[str, Any]]) -> None:
        self._collection = collection

    def all(self) -> list[Subject]:
        """Give every line, by id."""
        return [
            Subject(
                id=found["_id"],
                parent=found["parent"],
                kind=found["kind"],
                title=found["title"],
                active=found["active"],
                form=found.get("form"),
            )
            for found in self._collection.find(sort=[("_id", 1)])
        ]

    def save(self, subject: Subject, version: int) -> None:
        """Write a line as of a version of its stream, unless a newer one stands there."""
        line = {
            "parent": subject.parent,
            "kind": subject.kind,
            "title": subject.title,
            "active": subject.active,
            "form": subject.form,
            "version": version,
        }
        try:
            self._collection.replace_one(
                {"_id": subject.id, "version": {"$lt": version}}, line, upsert=True
            )
        except DuplicateKeyError:
            return

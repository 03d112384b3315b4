"""How people look at their lists: saved filters, each its owner's."""

from typing import Any

import msgspec
from pymongo import IndexModel
from pymongo.collection import Collection

from chassis.mongo import make_indexes
from contracts.calls.routing import SavedFilter

Document = dict[str, Any]


class Filters:
    """The collection `filters`."""

    def __init__(self, collection: Collection[Document]) -> None:
        self._collection = collection

    def make_indexes(self) -> None:
        """Have a person's and a unit's findable."""
        make_indexes(self._collection, [IndexModel("owner"), IndexModel("unit")])

    def seen_by(self, person: str, unit: str | None) -> list[SavedFilter]:
        """Give a person's own in their order, then what others share with the unit."""
        asked: list[Document] = [{"owner": person}, *([{"unit": unit}] if unit else [])]
        found = [_read(line) for line in self._collection.find({"$or": asked})]
        return sorted(found, key=lambda each: (each.owner != person, each.position, each.name))

    def count(self, person: str, *, but: str) -> int:
        """Tell how many a person has beside one."""
        others = {"owner": person, "_id": {"$ne": _key(person, but)}}
        return self._collection.count_documents(others)

    def save(self, kept: SavedFilter, unit: str | None) -> None:
        """Write one over what it was; `unit` is who sees it beside its owner."""
        line = msgspec.structs.asdict(kept) | {"unit": unit if kept.shared else None}
        self._collection.replace_one({"_id": _key(kept.owner, kept.id)}, line, upsert=True)

    def drop(self, person: str, name: str) -> bool:
        """Forget one; False where there is none."""
        return self._collection.delete_one({"_id": _key(person, name)}).deleted_count == 1


def _key(person: str, name: str) -> str:
    return f"{person}:{name}"


def _read(line: Document) -> SavedFilter:
    return msgspec.convert(line, SavedFilter)

"""Standard answers with how often each was used, and drafts: each erasable by itself."""

from datetime import datetime
from typing import Any

import msgspec
from pymongo import IndexModel
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

from contracts.calls.routing import Draft, Macro

Document = dict[str, Any]

_USES_KEPT_SECONDS = 30 * 24 * 3600
_DRAFTS_KEPT_SECONDS = 90 * 24 * 3600


class Macros:
    """The collections `macros` and `macro_uses`."""

    def __init__(self, macros: Collection[Document], uses: Collection[Document]) -> None:
        self._macros = macros
        self._uses = uses

    def make_indexes(self) -> None:
        """Have old uses forgotten; how many there were stays."""
        self._uses.create_indexes([IndexModel("at", expireAfterSeconds=_USES_KEPT_SECONDS)])

    def all(self) -> list[Macro]:
        """Give all of them."""
        return [_macro(found) for found in self._macros.find(sort=[("_id", 1)])]

    def one(self, macro: str) -> Macro | None:
        """Give one."""
        found = self._macros.find_one({"_id": macro})
        return _macro(found) if found else None

    def save(self, macro: Macro) -> None:
        """Write one; the last writer wins, and uses stay counted."""
        line = msgspec.structs.asdict(macro)
        line.pop("used")
        self._macros.update_one({"_id": line.pop("id")}, {"$set": line}, upsert=True)

    def count(self, macro: str, cause: str, at: datetime) -> None:
        """Count a use, once per cause."""
        try:
            self._uses.insert_one({"_id": cause, "macro": macro, "at": at})
        except DuplicateKeyError:
            return
        self._macros.update_one({"_id": macro}, {"$inc": {"used": 1}})


class Drafts:
    """The collection `drafts`: one for each person and ticket, seen by that person alone."""

    def __init__(self, collection: Collection[Document]) -> None:
        self._collection = collection

    def make_indexes(self) -> None:
        """Have each person's findable, and forgotten ones go."""
        self._collection.create_indexes(
            [
                IndexModel([("person", 1), ("at", -1)]),
                IndexModel("at", expireAfterSeconds=_DRAFTS_KEPT_SECONDS),
            ]
        )

    def save(self, person: str, draft: Draft, key: str = "") -> bool:
        """Write a draft over the one before; false where its text was sent with its key before."""
        line = msgspec.structs.asdict(draft) | {"person": person}
        where = {"_id": _key(person, draft.code), **({"sent": {"$ne": key}} if key else {})}
        try:
            self._collection.replace_one(where, line, upsert=True)
        except DuplicateKeyError:
            # Another draft that was written first at the same moment is as good.
            return False
        return True

    def one(self, person: str, code: str) -> Draft | None:
        """Give a person's draft about a ticket."""
        found = self._collection.find_one({"_id": _key(person, code), "person": person})
        return msgspec.convert(found, Draft) if found else None

    def of(self, person: str, limit: int) -> list[Draft]:
        """Give a person's drafts, the newest first."""
        found = self._collection.find({"person": person}, sort=[("at", -1)], limit=limit)
        return [msgspec.convert(each, Draft) for each in found]

    def drop(self, person: str, code: str) -> None:
        """Forget a draft."""
        self._collection.delete_one({"_id": _key(person, code)})

    def drop_sent(self, person: str, code: str, key: str, at: datetime) -> None:
        """Forget a draft that was sent with a key, also where it comes to be saved after this."""
        sent = {"sent": key, "at": at}
        self._collection.replace_one({"_id": _key(person, code)}, sent, upsert=True)


def _key(person: str, code: str) -> str:
    return f"{code}:{person}"


def _macro(found: Document) -> Macro:
    return msgspec.convert({"id": found["_id"], "used": 0, **found}, Macro)

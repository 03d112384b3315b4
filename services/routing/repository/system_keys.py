"""Keys of outside systems, with the digests of their secrets.

A line is written as of a version of its stream, over lower versions only.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError


class Secret(msgspec.Struct, frozen=True, kw_only=True):
    """The digest of a secret and until when it is good; the newest has no end of its own."""

    digest: str
    until: datetime | None = None


class KeyLine(msgspec.Struct, frozen=True, kw_only=True):
    """A key with everything that is known of it."""

    id: str
    title: str
    rights: list[str]
    addresses: list[str]
    made_at: datetime
    made_by: str
    secrets: list[Secret]
    active: bool = True
    expires_at: datetime | None = None
    rotated_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used: datetime | None = None
    version: int = 0


class SystemKeys:
    """The collection `system_keys`."""

    def __init__(self, collection: Collection[dict[str, Any]]) -> None:
        self._collection = collection

    def all(self) -> list[KeyLine]:
        """Give every key there ever was, by id."""
        return [_read(found) for found in self._collection.find(sort=[("_id", 1)])]

    def of(self, key: str) -> KeyLine | None:
        """Give one key."""
        found = self._collection.find_one({"_id": key})
        return None if found is None else _read(found)

    def save(self, line: KeyLine) -> None:
        """Write a key, unless what is there is as new."""
        document = msgspec.to_builtins(line, builtin_types=(datetime,))
        name = document.pop("id")
        document.pop("last_used")  # told by `note_use` alone
        older = {"_id": name, "version": {"$lt": line.version}}
        try:
            self._collection.update_one(older, {"$set": document}, upsert=True)
        except DuplicateKeyError:
            return

    def note_use(self, key: str, hour: datetime) -> None:
        """Keep the hour in which a key was used last."""
        self._collection.update_one({"_id": key}, {"$max": {"last_used": hour}})


def _read(found: dict[str, Any]) -> KeyLine:
    return msgspec.convert({**found, "id": found["_id"]}, KeyLine)

"""Digests: which are open, and what each has told. Which messages belong to one, ledgers say.

A digest is opened before the first message becomes part of it. What it tells is written down before
it is sent: so it is sent again with the same id and the same words where the sender died meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError
from pymongo.read_concern import ReadConcern

from chassis.mongo import make_indexes
from services.notify.repository.reach import database

if TYPE_CHECKING:
    from pymongo.database import Database


class Digest(msgspec.Struct, frozen=True, kw_only=True):
    """One message to a person by a channel about many tickets."""

    id: str
    #: `person:{id}`.
    person: str
    channel: str
    #: When it is told, or tried again.
    at: datetime
    attempts: int = 0
    #: What it tells, each a (code, delivery): fixed by the first attempt.
    items: list[tuple[str, str]] = []
    reference: str | None = None
    provider: str | None = None

    @property
    def is_sent(self) -> bool:
        """Whether the provider has it, and only the ledgers have still to say so."""
        return self.provider is not None


class Digests:
    """All digests that are not over; every method raises Unavailable."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._digests = database.get_collection("digests", read_concern=ReadConcern("majority"))

    def make_indexes(self) -> None:
        """Let those that are due be found."""
        with database():
            make_indexes(self._digests, [IndexModel([("at", 1)])])

    def open(self, digest: Digest) -> None:
        """Keep a digest, once."""
        with database():
            try:
                self._digests.insert_one(_document(digest))
            except DuplicateKeyError:
                return

    def all(self) -> list[Digest]:
        """Give those that are not over."""
        with database():
            return [_read(item) for item in self._digests.find(sort=[("at", 1)])]

    def due(self, now: datetime) -> list[Digest]:
        """Give those whose time has come."""
        with database():
            found = self._digests.find({"at": {"$lte": now}}, sort=[("at", 1)])
            return [_read(item) for item in found]

    def change(self, digest: Digest) -> None:
        """Keep what has become of it."""
        with database():
            self._digests.replace_one({"_id": digest.id}, _document(digest))

    def close(self, digests: Sequence[str]) -> None:
        """Forget digests that are over."""
        with database():
            self._digests.delete_many({"_id": {"$in": list(digests)}})


def _document(digest: Digest) -> dict[str, Any]:
    document = msgspec.structs.asdict(digest)
    document["_id"] = document.pop("id")
    return document


def _read(document: dict[str, Any]) -> Digest:
    document["id"] = document.pop("_id")
    return msgspec.convert(document, Digest)

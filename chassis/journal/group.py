"""Group commit: inserts that wait at the same moment are written by one `insert_many`.

A batch never waits for company: it forms from what arrives while the last one is under way. Each
writer is told its own outcome: stored, duplicate, or unknown. docs/adr/0003-journal.md has the
measurement.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bson.raw_bson import RawBSONDocument
from pymongo.errors import BulkWriteError, PyMongoError
from pymongo.read_concern import ReadConcern

from chassis.errors import Unavailable
from chassis.gather import Gathered
from chassis.journal.commit import to_bson
from chassis.logging import get_logger
from chassis.metrics import metric
from chassis.mongo import DURABLE

if TYPE_CHECKING:
    from pymongo.collection import Collection
    from pymongo.write_concern import WriteConcern

log = get_logger()
_DUPLICATE_KEY = 11000
#: MongoDB's own limit for a document.
_MOST_BYTES = 16 * 1024 * 1024


class Duplicate(Exception):
    """Raised when a unique key is taken already; `index` names the key's fields."""

    def __init__(self, index: tuple[str, ...]) -> None:
        super().__init__(",".join(index))
        self.index = index


#: None when stored, otherwise why not.
Outcome = Duplicate | Unavailable | None


class _Entry:
    """A document on its way, and what became of it."""

    __slots__ = ("deadline", "document", "outcome")

    def __init__(self, document: Any, deadline: float) -> None:
        self.document = document
        self.deadline = deadline
        self.outcome: Outcome = None


class GroupWriter:
    """Inserts into one collection, gathered over all green threads of the process.

    Durably, unless another `concern` is given.
    """

    def __init__(
        self,
        collection: Collection[Any],
        *,
        seconds: float = 3.0,
        concern: WriteConcern = DURABLE,
    ) -> None:
        self._collection = collection.with_options(
            write_concern=concern, read_concern=ReadConcern("majority")
        )
        self._seconds = seconds
        self._gathered: Gathered[_Entry, Outcome] = Gathered(self._write)

    def insert(self, document: Mapping[str, Any] | bytes) -> None:
        """Store one document; raises Duplicate, Invalid, or Unavailable when nothing is known."""
        outcome = self.insert_all([document])[0]
        if outcome is not None:
            raise outcome

    def insert_all(self, documents: Sequence[Mapping[str, Any] | bytes]) -> Sequence[Outcome]:
        """Store documents and give each one's outcome; a failed one does not hinder the others."""
        deadline = time.monotonic() + self._seconds
        return self._gathered.many([_Entry(_raw(document), deadline) for document in documents])

    def _write(self, group: list[_Entry]) -> list[Outcome]:
        self._insert(group)
        return [item.outcome for item in group]

    def _insert(self, group: list[_Entry]) -> None:
        now = time.monotonic()
        alive = []
        for item in group:
            if item.deadline > now:
                alive.append(item)
            else:
                item.outcome = Unavailable("database_unavailable", retry_after=1)
        if not alive:
            return
        metric("peygir_commit_group_size").observe(len(alive))
        try:
            self._collection.insert_many([item.document for item in alive], ordered=False)
        except BulkWriteError as error:
            self._tell_apart(alive, error.details or {})
        except Exception as error:  # noqa: BLE001 - every writer must be told something
            log.warning("group_insert_failed", error=type(error).__name__, documents=len(alive))
            self._ask_again(alive)

    def _tell_apart(self, group: list[_Entry], details: Mapping[str, Any]) -> None:
        failed = {fault["index"]: fault for fault in details.get("writeErrors", ())}
        for index, fault in failed.items():
            if fault.get("code") == _DUPLICATE_KEY:
                group[index].outcome = Duplicate(tuple(fault.get("keyPattern", {"_id": 1})))
            else:
                group[index].outcome = Unavailable("database_unavailable", retry_after=1)
        if details.get("writeConcernErrors"):
            # Stored, but perhaps not for good: what the majority has decides.
            self._ask_again([item for i, item in enumerate(group) if i not in failed])

    def _ask_again(self, group: list[_Entry]) -> None:
        """Settle an unknown outcome by reading what the majority holds."""
        try:
            ids = [item.document["_id"] for item in group]
            found = {there["_id"]: there for there in self._collection.find({"_id": {"$in": ids}})}
        except PyMongoError:
            found = {}
        for item in group:
            there = found.get(item.document["_id"])
            if there is None:
                item.outcome = Unavailable("outcome_unknown", retry_after=1)
            elif not _same(there, item.document):
                item.outcome = Duplicate(("_id",))


def _raw(document: Mapping[str, Any] | bytes) -> Any:
    """Encode before anybody shares a write: what cannot be stored fails alone."""
    if not isinstance(document, bytes):
        document = to_bson(document, limit=_MOST_BYTES)
    return RawBSONDocument(document)


def _same(there: Mapping[str, Any], ours: Any) -> bool:
    """Tell by its hash whether a stored commit is ours; of others the writer must look itself."""
    return "hash" in ours and bytes(there.get("hash", b"")) == bytes(ours["hash"])

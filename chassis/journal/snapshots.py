"""The folded states, kept so that lists need no folding.

Derived: written after the commit, only over a lower version, and mended from the journal by who
finds one behind. Losing some costs reading, never truth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

import msgspec
from pymongo import ReplaceOne
from pymongo.errors import BulkWriteError, PyMongoError

from chassis.gather import Gathered
from chassis.journal.commit import events_of, stored
from chassis.logging import get_logger
from chassis.mongo import DERIVED
from chassis.recent import Recent

if TYPE_CHECKING:
    from pymongo.collection import Collection

    from chassis.decisions import Evolution

S = TypeVar("S")
log = get_logger()
_DUPLICATE_KEY = 11000
#: The fields that lists are made of.
_SHOWN = {"version": 1, "state": 1, "updated_at": 1}
#: Streams whose state is kept in memory for the next decision, at least.
_REMEMBERED = 2_500


class Loaded(Generic[S]):
    """A stream as the chassis holds it while deciding."""

    __slots__ = ("cursors", "hash", "sequence", "state", "stream", "updated_at", "version")

    def __init__(
        self,
        stream: str,
        state: S,
        *,
        version: int = 0,
        sequence: int = 0,
        hash: bytes = b"",  # noqa: A002 - the field's name in the store
        cursors: dict[str, int] | None = None,
        updated_at: datetime | None = None,
    ) -> None:
        self.stream = stream
        self.state = state
        self.version = version
        self.sequence = sequence
        self.hash = hash
        self.cursors = cursors or {}
        self.updated_at = updated_at

    def after(self, commit: Mapping[str, Any], evolution: Evolution[S]) -> Loaded[S]:
        """Give the stream with one more stored commit folded in."""
        state = self.state
        for event, at in events_of(dict(commit)):
            state = evolution.apply(state, event, at)
        return Loaded(
            self.stream,
            state,
            version=commit["version"],
            sequence=commit["first_seq"] + len(commit["events"]) - 1,
            hash=bytes(commit["hash"]),
            cursors=self.cursors | commit["cursors"],
            updated_at=commit["recorded_at"],
        )


class Snapshot(NamedTuple, Generic[S]):
    """A stream's state as lists show it."""

    stream: str
    version: int
    state: S
    updated_at: datetime


class _Row(NamedTuple, Generic[S]):
    """A stream to be stored, and the fields that it is found by."""

    loaded: Loaded[S]
    fields: dict[str, Any]


class SnapshotStore(Generic[S]):
    """One collection of snapshots."""

    def __init__(
        self,
        collection: Collection[dict[str, Any]],
        evolution: Evolution[S],
        index: Callable[[S], dict[str, Any]] | None,
    ) -> None:
        self.collection = collection.with_options(write_concern=DERIVED)
        self._evolution = evolution
        self._index = index
        self._reads: Gathered[str, Mapping[str, Any] | None] = Gathered(self._read)
        self._writes: Gathered[_Row[S], None] = Gathered(self._write)
        #: Called with a stream and the fields it is found by, whenever they may have changed.
        self.on_saved: Callable[[str, Mapping[str, Any]], None] | None = None
        self._known: Recent[str, Loaded[S]] = Recent(_REMEMBERED)

    def load(self, streams: Sequence[str]) -> dict[str, Loaded[S]]:
        """Give those streams that have a snapshot."""
        found = self._reads.many(streams)
        loaded = {item["_id"]: self._loaded(item) for item in found if item is not None}
        self._remember(loaded.values())
        return loaded

    def recall(self, streams: Sequence[str]) -> dict[str, Loaded[S]]:
        """Give the same, from memory where this process has handled a stream lately.

        Somebody else may have been faster since: for decisions, whose commit will tell.
        """
        held = ((name, self._known.get(name)) for name in streams)
        known = {name: loaded for name, loaded in held if loaded is not None}
        rest = [name for name in streams if name not in known]
        return known | self.load(rest) if rest else known

    def _read(self, streams: list[str]) -> list[Mapping[str, Any] | None]:
        query = {"_id": streams[0]} if len(streams) == 1 else {"_id": {"$in": streams}}
        found = {item["_id"]: item for item in self.collection.find(query)}
        return [found.get(stream) for stream in streams]

    def find(
        self, query: Mapping[str, Any], *, sort: Any = None, limit: int = 50, skip: int = 0
    ) -> list[Snapshot[S]]:
        """Give snapshots that match, at most `limit`."""
        found = self.collection.find(query, _SHOWN, sort=sort, limit=limit, skip=skip)
        return [
            Snapshot(item["_id"], item["version"], self._state(item), item["updated_at"])
            for item in found
        ]

    def cursors(self, source: str, streams: Sequence[str]) -> dict[str, int]:
        """Give how far a source has been applied, by stream."""
        found = self.collection.find({"_id": {"$in": list(streams)}}, {f"cursors.{source}": 1})
        return {item["_id"]: item.get("cursors", {}).get(source, 0) for item in found}

    def versions(self, streams: Sequence[str]) -> dict[str, int]:
        """Give the versions that the snapshots have."""
        found = self.collection.find({"_id": {"$in": list(streams)}}, {"version": 1})
        return {item["_id"]: item["version"] for item in found}

    def missing(self, streams: Sequence[str]) -> list[str]:
        """Give those streams that have no snapshot."""
        rest = [name for name in streams if name not in self._known]
        found = self.versions(rest) if rest else {}
        return [name for name in rest if name not in found]

    def save(self, items: Sequence[Loaded[S]]) -> None:
        """Write snapshots over lower versions; a failure is left to be mended."""
        self._remember(items)
        rows = [_Row(item, self._index(item.state) if self._index else {}) for item in items]
        self._writes.many(rows)
        if self.on_saved is not None:
            for row in rows:
                self.on_saved(row.loaded.stream, row.fields)

    def _remember(self, items: Iterable[Loaded[S]]) -> None:
        for item in items:
            known = self._known.get(item.stream, item)
            self._known.keep(item.stream, known if known.version > item.version else item)

    def _write(self, rows: list[_Row[S]]) -> list[None]:
        newest: dict[str, _Row[S]] = {}
        for row in rows:
            stream, version = row.loaded.stream, row.loaded.version
            if stream not in newest or newest[stream].loaded.version < version:
                newest[stream] = row
        writes = [
            ReplaceOne(
                {"_id": row.loaded.stream, "version": {"$lt": row.loaded.version}},
                self._document(row),
                upsert=True,
            )
            for row in newest.values()
        ]
        try:
            self.collection.bulk_write(writes, ordered=False)
        except BulkWriteError as error:
            faults = (error.details or {}).get("writeErrors", [])
            if any(fault.get("code") != _DUPLICATE_KEY for fault in faults):
                log.warning("snapshot_not_written", streams=len(rows))
        except PyMongoError as error:
            log.warning("snapshot_not_written", error=type(error).__name__, streams=len(rows))
        return [None] * len(rows)

    def _document(self, row: _Row[S]) -> dict[str, Any]:
        item = row.loaded
        return {
            "_id": item.stream,
            "version": item.version,
            "sequence": item.sequence,
            "hash": item.hash,
            "cursors": item.cursors,
            "updated_at": item.updated_at,
            **row.fields,
            "state": stored(item.state),
        }

    def _loaded(self, item: Mapping[str, Any]) -> Loaded[S]:
        return Loaded(
            item["_id"],
            self._state(item),
            version=item["version"],
            sequence=item["sequence"],
            hash=bytes(item["hash"]),
            cursors=item["cursors"],
            updated_at=item["updated_at"],
        )

    def _state(self, item: Mapping[str, Any]) -> S:
        return msgspec.convert(item["state"], type=self._evolution.state)

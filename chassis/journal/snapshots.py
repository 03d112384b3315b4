"""The folded states, kept so that lists need no folding.

Derived: written after the commit, only over a lower version, and mended from the journal by who
finds one behind. Losing some costs reading, never truth. So what nobody waits for is written a
little later: a stream that changes several times meanwhile is written once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

import eventlet
import msgspec
from pymongo import ReplaceOne
from pymongo.errors import BulkWriteError, PyMongoError

from chassis.gather import Gathered
from chassis.journal.commit import stored
from chassis.journal.loaded import Loaded, Snapshot
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
#: What tells whether a state is the one that is remembered.
_HEAD = {"hash": 1}
#: Streams whose state is kept in memory for the next decision, at least.
_REMEMBERED = 2_500
_MOST = 1000
#: New snapshots that are worth a command of their own: an insert costs the database a quarter of
#: what putting a document in the place of another does.
_WORTH_A_COMMAND = 4


class Saving(Enum):
    """When the snapshots of what was decided are written."""

    #: Before anybody is answered: lists show it then.
    FIRST = auto()
    #: Together with those of the next moment; nobody waits for it.
    SOON = auto()
    #: Once for all that happens to a stream in half a second.
    LATER = auto()


#: How long what nobody waits for waits. In half a second most of what happens to a new ticket
#: happens; well below the age at which a snapshot that is behind gets mended.
_PAUSES = {Saving.SOON: 0.05, Saving.LATER: 0.5}


class _Row(NamedTuple, Generic[S]):
    """A stream to be stored, and the fields that it is found by."""

    loaded: Loaded[S]
    fields: dict[str, Any]
    #: None was written before.
    is_first: bool


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
        self._heads: Gathered[str, Mapping[str, Any] | None] = Gathered(self._read_heads)
        self._writes: Gathered[_Row[S], None] = Gathered(self._write)
        #: Called with a stream and the fields it is found by, right before they are written.
        self.listeners: list[Callable[[str, Mapping[str, Any]], None]] = []
        self._known: Recent[str, Loaded[S]] = Recent(_REMEMBERED)
        #: What is to be written later.
        self._unsaved: dict[str, _Row[S]] = {}
        self._writing = False

    def load(self, streams: Sequence[str]) -> dict[str, Loaded[S]]:
        """Give those streams that have a snapshot."""
        loaded = self._unchanged(streams)
        found = self._reads.many([name for name in streams if name not in loaded])
        loaded |= {item["_id"]: self._loaded(item) for item in found if item is not None}
        for name, newer in self._not_stored(streams):
            if name not in loaded or loaded[name].version < newer.version:
                loaded[name] = newer
        self._remember(loaded.values())
        return loaded

    def newest(self, stream: str, item: Mapping[str, Any]) -> Loaded[S]:
        """Give a stream as a document of the collection has it, or as it is about to be stored."""
        held = self._known.get(stream)
        loaded = held if held is not None and _is_as(item, held) else self._loaded(item)
        row = self._unsaved.get(stream)
        if row is not None and loaded.version < row.loaded.version:
            loaded = row.loaded
        self._remember([loaded])
        return loaded

    def recall(self, streams: Sequence[str]) -> dict[str, Loaded[S]]:
        """Give the same, from memory where this process has handled a stream lately.

        Somebody else may have been faster since: for decisions, whose commit will tell.
        """
        held = ((name, self._known.get(name)) for name in streams)
        known = {name: loaded for name, loaded in held if loaded is not None}
        rest = [name for name in streams if name not in known]
        return known | self.load(rest) if rest else known

    def known(self, stream: str) -> Loaded[S] | None:
        """Give a stream as this process had it last, where it remembers."""
        return self._known.get(stream)

    def _unchanged(self, streams: Sequence[str]) -> dict[str, Loaded[S]]:
        """Give those that are stored as this process remembers them, without reading them whole."""
        held = ((name, self._known.get(name)) for name in streams)
        known = {name: loaded for name, loaded in held if loaded is not None}
        if 2 * len(known) < len(streams):
            return {}
        heads = (head for head in self._heads.many(list(known)) if head is not None)
        return {
            head["_id"]: known[head["_id"]] for head in heads if _is_as(head, known[head["_id"]])
        }

    def _read(self, streams: list[str]) -> list[Mapping[str, Any] | None]:
        return self._read_fields(streams, None)

    def _read_heads(self, streams: list[str]) -> list[Mapping[str, Any] | None]:
        return self._read_fields(streams, _HEAD)

    def _read_fields(
        self, streams: list[str], fields: Mapping[str, Any] | None
    ) -> list[Mapping[str, Any] | None]:
        query = {"_id": streams[0]} if len(streams) == 1 else {"_id": {"$in": streams}}
        found = {item["_id"]: item for item in self.collection.find(query, fields)}
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

    def find_again(
        self, query: Mapping[str, Any], *, sort: Any = None, limit: int = 50
    ) -> list[Snapshot[S]]:
        """Give the same, for lists that are looked at often: what is remembered is not read.

        A snapshot that changes meanwhile may be shown as it is afterwards.
        """
        heads = list(self.collection.find(query, _HEAD, sort=sort, limit=limit))
        known = {head["_id"]: self._known.get(head["_id"]) for head in heads}
        same = {head["_id"] for head in heads if _is_as(head, known[head["_id"]])}
        rest = self._reads.many([name for name in known if name not in same])
        read = {item["_id"]: self._loaded(item) for item in rest if item is not None}
        self._remember(read.values())
        found = ((name, read.get(name, known[name])) for name in known)
        return [
            Snapshot(name, loaded.version, loaded.state, loaded.updated_at)
            for name, loaded in found
            if loaded is not None and loaded.updated_at is not None
        ]

    def cursors(self, source: str, streams: Sequence[str]) -> dict[str, int]:
        """Give how far a source has been applied, by stream; what is behind is not mended."""
        found = self.collection.find({"_id": {"$in": list(streams)}}, {f"cursors.{source}": 1})
        stored = {item["_id"]: item.get("cursors", {}).get(source, 0) for item in found}
        for name, loaded in self._not_stored(streams):
            stored[name] = max(stored.get(name, 0), loaded.cursors.get(source, 0))
        return stored

    def versions(self, streams: Sequence[str]) -> dict[str, int]:
        """Give the versions that the snapshots have, or are about to have."""
        found = self.collection.find({"_id": {"$in": list(streams)}}, {"version": 1})
        stored = {item["_id"]: item["version"] for item in found}
        for name, loaded in self._not_stored(streams):
            stored[name] = max(stored.get(name, 0), loaded.version)
        return stored

    def _not_stored(self, streams: Iterable[str]) -> Iterator[tuple[str, Loaded[S]]]:
        """Give what is still to be written of some streams."""
        for name in streams if self._unsaved else ():
            if (row := self._unsaved.get(name)) is not None:
                yield name, row.loaded

    def missing(self, streams: Sequence[str]) -> list[str]:
        """Give those streams that have no snapshot."""
        rest = [name for name in streams if name not in self._known]
        found = self.versions(rest) if rest else {}
        return [name for name in rest if name not in found]

    def save(self, items: Sequence[Loaded[S]], when: Saving = Saving.FIRST) -> None:
        """Write snapshots over lower versions; a failure is left to be mended."""
        self._remember(items)
        rows = [self._row(item) for item in items]
        for tell in self.listeners:
            for row in rows:
                tell(row.loaded.stream, row.fields)
        if when is Saving.FIRST:
            self._write_all(rows)
            return
        self._unsaved |= {row.loaded.stream: row for row in rows}
        if not self._writing:
            self._writing = True
            eventlet.spawn_n(self._write_later, _PAUSES[when])

    def flush(self) -> None:
        """Write what was to be written later."""
        self._write_all(list(self._unsaved.values()))

    def _write_later(self, pause: float) -> None:
        try:
            while self._unsaved:
                eventlet.sleep(pause)
                self._write_all(list(self._unsaved.values())[:_MOST])
        finally:
            self._writing = False

    def _write_all(self, rows: Sequence[_Row[S]]) -> None:
        self._writes.many(rows)
        for row in rows:
            stream, version = row.loaded.stream, row.loaded.version
            if stream in self._unsaved and self._unsaved[stream].loaded.version <= version:
                del self._unsaved[stream]

    def _row(self, item: Loaded[S]) -> _Row[S]:
        before = self._unsaved.get(item.stream)
        is_first = before.is_first if before else item.version == 1
        return _Row(item, self._index(item.state) if self._index else {}, is_first)

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
        firsts = [row for row in newest.values() if row.is_first]
        others = [row for row in newest.values() if not row.is_first]
        if others and len(firsts) < _WORTH_A_COMMAND:
            firsts, others = [], list(newest.values())
        try:
            others += self._insert(firsts) if firsts else []
            if others:
                self._replace(others)
        except PyMongoError as error:
            log.warning("snapshot_not_written", error=type(error).__name__, streams=len(rows))
        return [None] * len(rows)

    def _insert(self, rows: list[_Row[S]]) -> list[_Row[S]]:
        """Write first snapshots; gives those that somebody else had written one of."""
        try:
            self.collection.insert_many([self._document(row) for row in rows], ordered=False)
        except BulkWriteError as error:
            return [rows[fault["index"]] for fault in _taken(error)]
        return []

    def _replace(self, rows: Sequence[_Row[S]]) -> None:
        writes = [
            ReplaceOne(
                {"_id": row.loaded.stream, "version": {"$lt": row.loaded.version}},
                self._document(row),
                upsert=True,
            )
            for row in rows
        ]
        try:
            self.collection.bulk_write(writes, ordered=False)
        except BulkWriteError as error:
            # Somebody has written a higher version.
            _taken(error)

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


def _is_as(head: Mapping[str, Any], held: Loaded[Any] | None) -> bool:
    """Tell whether a stored snapshot is the one that is remembered: it has had the same events."""
    return held is not None and bytes(head["hash"]) == held.hash


def _taken(error: BulkWriteError) -> list[dict[str, Any]]:
    """Give the faults of a bulk, which are all that a key is taken; raises the error otherwise."""
    faults: list[dict[str, Any]] = (error.details or {}).get("writeErrors", [])
    if any(fault.get("code") != _DUPLICATE_KEY for fault in faults):
        raise error
    return faults

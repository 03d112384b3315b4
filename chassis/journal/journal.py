"""The journal of a service: its commits, and the log that numbers them.

`journal` holds the commits. `log` holds its segments: runs of commits with the position of their
first event, written before publishing; a commit is in one segment only, because the unique
position fences whoever numbers beside us. docs/adr/0003-journal.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from bson.raw_bson import RawBSONDocument
from nameko.extensions import SharedExtension
from pymongo import ASCENDING, IndexModel
from pymongo.read_concern import ReadConcern

from chassis.gather import Gathered
from chassis.journal.commit import Encoded, cloud_events, commit_id, decode, id_of
from chassis.journal.group import GroupWriter, Outcome
from chassis.late import late
from chassis.metrics import metric
from chassis.mongo import make_indexes
from chassis.runtime import Runtime
from contracts.envelope import CloudEvent

if TYPE_CHECKING:
    from pymongo.collection import Collection

    from chassis.journal.aggregates import Aggregates

#: The index that keeps a command from opening two streams.
OPENS = ("opens",)
#: One commit for each cause; the commits of some time, found without reading them; and one stream
#: that a command has opened. An equality is seen to lie within `$gt`, but not within `$exists`.
COMMIT_INDEXES = [
    IndexModel([("stream", 1), ("causes", 1)], unique=True),
    IndexModel([("recorded_at", 1), ("_id", 1)]),
    IndexModel(
        [(name, 1) for name in OPENS],
        unique=True,
        partialFilterExpression={name: {"$gt": ""} for name in OPENS},
    ),
]
#: Streams asked about in one query.
_MANY = 500
#: A page of events is in two or three segments of a time with much to do.
_FIRST_SEGMENTS = 8
_RAW_OPTIONS = {"document_class": RawBSONDocument}


class Journal(SharedExtension):
    """The one journal of a service, shared by its kinds of streams."""

    runtime = Runtime()

    def __init__(self) -> None:
        #: The kinds of streams that write here.
        self.kinds: list[Aggregates[Any]] = []
        #: Told of every stored commit, as it will be read back: the relay listens.
        self.listeners: list[Callable[[Sequence[dict[str, Any]]], None]] = []

    def setup(self) -> None:
        """Have the indexes made before the process is ready."""
        self.runtime.before_ready(self._make_indexes)

    @late
    def collection(self) -> Collection[dict[str, Any]]:
        """The commits, read as the majority has them."""
        return self.runtime.database.get_collection("journal", read_concern=ReadConcern("majority"))

    @late
    def log(self) -> Collection[dict[str, Any]]:
        """The segments of the log."""
        return self.runtime.database.get_collection("log", read_concern=ReadConcern("majority"))

    @late
    def _raw(self) -> Collection[Any]:
        options = self.collection.codec_options.with_options(**_RAW_OPTIONS)
        return self.collection.with_options(codec_options=options)

    @late
    def _writer(self) -> GroupWriter:
        return GroupWriter(self.collection, seconds=self.runtime.settings.mongo_seconds)

    def append(self, commits: Sequence[Encoded]) -> Sequence[Outcome]:
        """Store commits; gives each one's outcome."""
        results = self._writer.insert_all([item.raw for item in commits])
        stored = [
            item.document for item, result in zip(commits, results, strict=True) if result is None
        ]
        metric("peygir_commits_total", "stored").inc(len(stored))
        metric("peygir_commits_total", "not_stored").inc(len(results) - len(stored))
        if stored:
            for listener in self.listeners:
                listener(stored)
        return results

    # -- reading ---------------------------------------------------------------------------------

    def read_stream(
        self, stream: str, *, after: int = 0, upto: int | None = None
    ) -> Iterator[dict[str, Any]]:
        """Give a stream's commits in order, those after a version up to another."""
        wanted = _range_of(stream, after=after)
        if upto is not None:
            wanted["_id"]["$lte"] = commit_id(stream, upto)
        yield from self.collection.find(wanted).sort("_id", ASCENDING)

    def commits_of(self, stream: str) -> list[dict[str, Any]]:
        """Give a stream's commits in order; who asks at the same moment is answered by one look."""
        return self._looks.one(stream)

    @late
    def _looks(self) -> Gathered[str, list[dict[str, Any]]]:
        return Gathered(self._commits_of_all, most=_MANY)

    def _commits_of_all(self, streams: list[str]) -> list[list[dict[str, Any]]]:
        # A list of streams costs the database a quarter of what a range of ids for each does.
        found: dict[str, list[dict[str, Any]]] = {stream: [] for stream in streams}
        for item in self.collection.find({"stream": {"$in": list(found)}}):
            found[item["stream"]].append(item)
        for commits in found.values():
            commits.sort(key=itemgetter("version"))
        return [found[stream] for stream in streams]

    def read_beyond(self, versions: Mapping[str, int]) -> Iterator[dict[str, Any]]:
        """Give the commits beyond the versions, each stream's in order."""
        yield from self._read_ranges(
            [_range_of(name, after=version) for name, version in versions.items()]
        )

    def read_after(self, sequences: Mapping[str, int]) -> Iterator[dict[str, Any]]:
        """Give the commits that hold events beyond the sequences, each stream's in order."""
        names = list(sequences)
        for start in range(0, len(names), _MANY):
            # Of most of many streams nothing is found: a list of them costs the database a quarter
            # of what a range of ids for each does.
            heads = self.collection.find(
                {"stream": {"$in": names[start : start + _MANY]}},
                {"stream": 1, "first_seq": 1, "events.type": 1},
            )
            wanted = [
                item["_id"]
                for item in heads
                if item["first_seq"] + len(item["events"]) > sequences[item["stream"]] + 1
            ]
            if wanted:
                yield from self.collection.find({"_id": {"$in": wanted}}).sort("_id", ASCENDING)

    def _read_ranges(self, ranges: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
        for start in range(0, len(ranges), _MANY):
            part = {"$or": list(ranges[start : start + _MANY])}
            yield from self.collection.find(part).sort("_id", ASCENDING)

    def find_cause(self, stream: str, cause: str) -> dict[str, Any] | None:
        """Give the commit that a cause led to."""
        return self.collection.find_one({"stream": stream, "causes": cause})

    def find_opening(self, cause: str) -> str | None:
        """Give the stream that a command has opened."""
        found = self.collection.find_one({"opens": cause}, {"stream": 1})
        return found["stream"] if found else None

    def raw_by_id(self, ids: Sequence[str]) -> dict[str, bytes]:
        """Give commits as bytes, by id."""
        if not ids:
            return {}
        found = self._raw.find({"_id": {"$in": list(ids)}})
        return {id_of(item.raw): item.raw for item in found}

    def hashes(self, ids: Sequence[str]) -> dict[str, bytes]:
        """Give the hashes of commits, by id."""
        found = self.collection.find({"_id": {"$in": list(ids)}}, {"hash": 1}) if ids else ()
        return {item["_id"]: item["hash"] for item in found}

    def recorded_since(self, instant: datetime, ids: Sequence[str]) -> list[str]:
        """Give those of some commits that were recorded since."""
        found = self.collection.find({"_id": {"$in": list(ids)}}, {"recorded_at": 1})
        return [item["_id"] for item in found if item["recorded_at"] >= instant]

    def ids_since(self, instant: datetime, until: datetime | None = None) -> list[str]:
        """Give the ids of commits recorded since, oldest first; from the index alone."""
        bounds = {"$gte": instant} | ({"$lt": until} if until else {})
        found = self.collection.find(
            {"recorded_at": bounds},
            {"_id": 1},
            sort=[("recorded_at", ASCENDING), ("_id", ASCENDING)],
        )
        return [item["_id"] for item in found]

    def segments_after(self, position: int) -> Iterator[dict[str, Any]]:
        """Give the segments that end beyond a position, as long as more are taken.

        Of those that hold hundreds of commits few are wanted, of those that hold one many: so few
        are read first, and twice as many each next time.
        """
        count = _FIRST_SEGMENTS
        while True:
            after = {"last": {"$gt": position}}
            found = list(self.log.find(after, sort=[("last", ASCENDING)], limit=count))
            yield from found
            if len(found) < count:
                return
            position = found[-1]["last"]
            count = min(2 * count, _MANY)

    def last_position(self) -> int:
        """Give the position of the newest event that has one; 0 where none has."""
        newest = self.log.find_one({}, {"last": 1}, sort=[("last", -1)])
        return newest["last"] if newest else 0

    def events_after(self, position: int, limit: int) -> tuple[list[CloudEvent], int]:
        """Give about `limit` events beyond a position in the log's order, and the next position."""
        wanted: list[tuple[str, int]] = []
        ahead = 0
        for name, start, count in self._commits_after(position):
            wanted.append((name, start))
            ahead += min(count, start + count - 1 - position)
            if ahead >= limit:
                break
        found = self.raw_by_id([name for name, _start in wanted])
        events = [
            event
            for name, start in wanted
            for event in self.as_events(decode(found[name]), position=start)
            if isinstance(event.position, int) and event.position > position
        ][:limit]
        last = events[-1].position if events else position
        return events, last if isinstance(last, int) else position

    def _commits_after(self, position: int) -> Iterator[tuple[str, int, int]]:
        """Give commits with events beyond a position: name, first event's position, how many."""
        for segment in self.segments_after(position):
            start = segment["_id"]
            for name, count in segment["commits"]:
                if start + count - 1 > position:
                    yield name, start, count
                start += count

    def as_events(
        self, commit: Mapping[str, Any], position: int | None = None
    ) -> Iterator[CloudEvent]:
        """Give a commit's events as they travel."""
        return cloud_events(
            dict(commit),
            service=self.runtime.service,
            epoch=self.runtime.epoch,
            position=position,
        )

    def _make_indexes(self) -> None:
        make_indexes(self.collection, COMMIT_INDEXES)
        make_indexes(
            self.log,
            [
                IndexModel([("last", 1)]),
                IndexModel([("published", 1)], partialFilterExpression={"published": False}),
            ],
        )


def _range_of(stream: str, *, after: int = 0) -> dict[str, Any]:
    """Give the query for a stream's commits after a version."""
    return {"_id": {"$gt": commit_id(stream, after), "$lt": f"{stream}0"}}

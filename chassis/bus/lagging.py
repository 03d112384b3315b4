"""Streams of which an event could not be applied: waiting to be tried again, or stuck.

One row per source and stream. While it stands, later events of that source for that stream are
let pass: catching up reads them all from the journal, in order.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pymongo import ASCENDING, IndexModel, ReturnDocument
from pymongo.errors import PyMongoError

from chassis.bus.topology import CONSUMES
from chassis.errors import DomainError, Permanent
from chassis.logging import get_logger
from chassis.metrics import metric
from chassis.mongo import make_indexes

if TYPE_CHECKING:
    from pymongo.collection import Collection

    from chassis.runtime import Runtime

log = get_logger()
_REFRESH_SECONDS = 2.0
#: Long enough for one try; then another replica may take the row.
_CLAIM = timedelta(seconds=60)
#: Failures that say nothing about the event: another service does not answer.
_NO_ATTEMPT = frozenset({"service_unavailable", "draining", "starting", "unavailable"})


def row_id(source: str, stream: str) -> str:
    """Give the id of a row."""
    return f"{source}|{stream}"


class LaggingList:
    """The rows of one service."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._streams: dict[str, set[str]] = {}
        self._read_at = float("-inf")
        runtime.before_ready(self._make_indexes)

    @property
    def rows(self) -> Collection[dict[str, Any]]:
        """The rows."""
        return self._runtime.database["lagging"]

    def streams(self, source: str) -> set[str]:
        """Give the streams of a source that have a row; at most two seconds old."""
        self._refresh_when_old()
        return self._streams.get(source, set())

    def note(self, source: str, stream: str, error: DomainError) -> None:
        """Note a failure: the next try, or that there will be none."""
        now = self._runtime.clock.now()
        key = {"_id": row_id(source, stream)}
        row = self.rows.find_one(key) or {"attempts": 0}
        attempts = row["attempts"] + int(error.code not in _NO_ATTEMPT)
        pauses = self._runtime.settings.retry_seconds
        stuck = isinstance(error, Permanent) or attempts > len(pauses)
        pause = pauses[min(max(attempts - 1, 0), len(pauses) - 1)]
        values = {
            "source": source,
            "stream": stream,
            "reason": error.code,
            "attempts": attempts,
            "stuck": stuck,
            "next_at": now + timedelta(seconds=pause),
        }
        self.rows.update_one(key, {"$set": values, "$setOnInsert": {"since": now}}, upsert=True)
        self._streams.setdefault(source, set()).add(stream)
        event = "event_stuck" if stuck else "event_lagging"
        log.warning(event, source=source, stream=stream, reason=error.code, attempts=attempts)

    def clear(self, source: str, stream: str) -> None:
        """Take a row away: the stream is up to date."""
        self.rows.delete_one({"_id": row_id(source, stream)})
        self._streams.get(source, set()).discard(stream)

    def claim(self) -> dict[str, Any] | None:
        """Take a row whose time has come, for a minute."""
        self._refresh_when_old()
        if not any(self._streams.values()):
            return None
        now = self._runtime.clock.now()
        return self.rows.find_one_and_update(
            {"stuck": False, "next_at": {"$lte": now}},
            {"$set": {"next_at": now + _CLAIM}},
            sort=[("next_at", ASCENDING)],
            return_document=ReturnDocument.AFTER,
        )

    def wake(self, source: str | None = None) -> None:
        """Have waiting rows tried at once, for instance because a service is back."""
        query: dict[str, Any] = {"stuck": False}
        if source:
            query |= {"source": source, "reason": {"$in": list(_NO_ATTEMPT)}}
        self.rows.update_many(query, {"$set": {"next_at": self._runtime.clock.now()}})

    def find(self, *, stuck_only: bool, limit: int = 200) -> Sequence[dict[str, Any]]:
        """Give rows, oldest first."""
        query = {"stuck": True} if stuck_only else {}
        return list(self.rows.find(query, sort=[("since", ASCENDING)], limit=limit))

    def get(self, name: str) -> dict[str, Any] | None:
        """Give one row by id."""
        return self.rows.find_one({"_id": name})

    def retry(self, name: str) -> bool:
        """Have a stuck row tried again from the first pause on; False where there is none."""
        found = self.rows.update_one(
            {"_id": name},
            {"$set": {"stuck": False, "attempts": 0, "next_at": self._runtime.clock.now()}},
        )
        return found.matched_count > 0

    def _refresh_when_old(self) -> None:
        if time.monotonic() - self._read_at > _REFRESH_SECONDS:
            self._refresh()

    def _refresh(self) -> None:
        self._read_at = time.monotonic()
        streams: dict[str, set[str]] = {}
        stuck: dict[str, int] = {}
        try:
            for row in self.rows.find({}, {"source": 1, "stream": 1, "stuck": 1}):
                streams.setdefault(row["source"], set()).add(row["stream"])
                stuck[row["source"]] = stuck.get(row["source"], 0) + int(row["stuck"])
        except PyMongoError:
            return
        for source in {*CONSUMES.get(self._runtime.service, ()), *self._streams, *streams}:
            count = len(streams.get(source, ()))
            metric("peygir_stuck_streams", source).set(stuck.get(source, 0))
            metric("peygir_lagging_streams", source).set(count - stuck.get(source, 0))
        self._streams = streams

    def _make_indexes(self) -> None:
        make_indexes(self.rows, [IndexModel([("stuck", 1), ("next_at", 1)])])

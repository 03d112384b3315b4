"""Dispatch: stored segments of the log go to the broker, in order, each until it is confirmed.

A segment is marked before the next one goes, so that whoever takes over publishes at most one that
was confirmed already.
"""

from __future__ import annotations

from collections import deque
from functools import cached_property
from typing import Any, NamedTuple

import eventlet
from eventlet.event import Event as Signal
from pymongo.errors import PyMongoError

from chassis.bus.publisher import Publisher, PublishingFailed
from chassis.journal.commit import decode
from chassis.journal.journal import Journal
from chassis.logging import get_logger
from chassis.metrics import metric, watch
from chassis.mongo import DERIVED
from contracts.envelope import CloudEvent

log = get_logger()


class Segment(NamedTuple):
    """A stored segment of the log: the position of its first event, and its commits."""

    first: int
    commits: list[dict[str, Any]]

    @property
    def size(self) -> int:
        """How many events it has."""
        return sum(len(item["events"]) for item in self.commits)


class Dispatch:
    """Publishes the segments of one journal."""

    def __init__(self, journal: Journal, publisher: Publisher) -> None:
        self._journal = journal
        self._publisher = publisher
        self._waiting: deque[int] = deque()
        #: Segments numbered here, so that they need not be read again.
        self._known: dict[int, Segment] = {}
        #: When segments were stored that wait, by the database's clock.
        self._stored_at: dict[int, float] = {}
        #: The segment that the broker confirmed last.
        self._confirmed = 0
        self._news = Signal()
        self.stopping = False
        watch(self._oldest_seconds, "peygir_relay_oldest_seconds")

    @property
    def is_busy(self) -> bool:
        """Whether a segment waits to be confirmed and marked."""
        return bool(self._waiting)

    @cached_property
    def _marks(self) -> Any:
        # Should the server forget a mark in a crash, the segment is published once more.
        return self._journal.log.with_options(write_concern=DERIVED)

    def begin(self) -> None:
        """Learn from the log what is not published."""
        fields = {"last": 1, "at": 1}
        pending = list(self._journal.log.find({"published": False}, fields).sort("_id", 1))
        self._waiting = deque(item["_id"] for item in pending)
        self._known.clear()
        self._stored_at = {item["_id"]: item["at"].timestamp() for item in pending}
        events = sum(item["last"] - item["_id"] + 1 for item in pending)
        metric("peygir_relay_pending_events").set(events)
        self._wake()

    def add(self, segment: Segment) -> None:
        """Take a segment that was stored just now."""
        self._waiting.append(segment.first)
        self._known[segment.first] = segment
        self._stored_at[segment.first] = self._journal.runtime.clock.timestamp()
        metric("peygir_relay_pending_events").inc(segment.size)
        self._wake()

    def run(self) -> None:
        """Publish until told to stop."""
        self._journal.runtime.wait_ready()
        pause = 0.1
        while not self.stopping:
            if not self._waiting:
                if self._news.ready():
                    self._news = Signal()
                self._news.wait(timeout=1)
                continue
            try:
                self.publish_next()
                pause = 0.1
            except PublishingFailed as error:
                log.warning("relay_waits_for_broker", error=str(error), segments=len(self._waiting))
                eventlet.sleep(pause)
                pause = min(pause * 2, 2.0)
            except PyMongoError as error:
                log.warning("relay_waits_for_database", error=type(error).__name__)
                eventlet.sleep(0.5)

    def publish_next(self) -> None:
        """Publish and mark the first segment that waits; raises PublishingFailed, PyMongoError."""
        first = self._waiting[0]
        if self._confirmed != first:
            self._publish(self._known.get(first) or self._read(first))
            # Should marking it fail, it is only marked when this is tried again.
            self._confirmed = first
        self._marks.update_one({"_id": first}, {"$set": {"published": True}})
        if self._waiting and self._waiting[0] == first:
            self._waiting.popleft()
        self._known.pop(first, None)
        self._stored_at.pop(first, None)

    def _publish(self, segment: Segment) -> None:
        position = segment.first
        events: list[CloudEvent] = []
        for item in segment.commits:
            events += self._journal.as_events(item, position=position)
            position += len(item["events"])
        self._publisher.publish(events)
        self._observe(segment)

    def _read(self, first: int) -> Segment:
        found = self._journal.log.find_one({"_id": first})
        if found is None:
            return Segment(first, [])
        names = [name for name, _count in found["commits"]]
        commits = self._journal.raw_by_id(names)
        return Segment(first, [decode(commits[name]) for name in names])

    def _observe(self, segment: Segment) -> None:
        now = self._journal.runtime.clock.timestamp()
        for item in segment.commits:
            metric("peygir_relay_lag_seconds").observe(now - item["recorded_at"].timestamp())
            if "due_at" in item:
                metric("peygir_due_lateness_seconds").observe(now - item["due_at"].timestamp())
        metric("peygir_events_published_total").inc(segment.size)
        metric("peygir_relay_pending_events").dec(segment.size)

    def _oldest_seconds(self) -> float:
        if not self._waiting:
            return 0.0
        now = self._journal.runtime.clock.timestamp()
        return max(0.0, now - self._stored_at.get(self._waiting[0], now))

    def _wake(self) -> None:
        if not self._news.ready():
            self._news.send()

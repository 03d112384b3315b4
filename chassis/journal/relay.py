"""The relay: numbers what is committed, then publishes it; one process per service at a time.

New commits come by word of mouth from this process's own writers, and by looking: every so often
the index of commit times is read from a little before the last look, so that commits of other
replicas and late-comers are found. A segment of the log is stored before it is published; after a
crash unpublished segments are published again as they are. Events repeat, none vanishes or
changes its number.
"""

from __future__ import annotations

import hashlib
import time
from collections import deque
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import eventlet
from eventlet.event import Event as Signal
from nameko.extensions import SharedExtension
from pymongo.errors import DuplicateKeyError, PyMongoError

from chassis.bus.publisher import Publisher, PublishingFailed
from chassis.clock import instant_of
from chassis.journal.commit import commit_id, decode, decode_id, split_id
from chassis.journal.journal import Journal
from chassis.journal.lookback import Lookback
from chassis.lease import Lease
from chassis.logging import get_logger
from chassis.metrics import metric
from chassis.mongo import DERIVED
from chassis.pace import Pace
from chassis.recent import Recent
from contracts.envelope import CloudEvent

if TYPE_CHECKING:
    from pymongo.collection import Collection

log = get_logger()

#: Commits in one segment at most: bounds a segment document and a publishing window.
_MOST_COMMITS = 500
#: Streams whose last numbered version is remembered.
_REMEMBERED = 200_000
#: Shorter than a consumer's: an alarm is told only when it has come through here.
_PACE_SECONDS = 0.03
_LOOK_SECONDS = 0.5
_LOOK_SECONDS_SHARED = 0.05
#: How often the mark is kept; whoever takes over looks through that much more than he must.
_MARK_SECONDS = 10.0
_MARK = "looked_through"


class Numbered(NamedTuple):
    """A stored segment that is to be published."""

    first: int
    commits: list[dict[str, Any]]


class Heads:
    """The last numbered version of the streams seen lately."""

    def __init__(self) -> None:
        self._versions: Recent[str, int] = Recent(_REMEMBERED)

    def covers(self, stream: str, version: int) -> bool:
        """Tell whether the commit has its number."""
        return self._versions.get(stream, 0) >= version

    def is_next(self, stream: str, version: int) -> bool:
        """Tell whether the commit before it is known to have its number."""
        return version == 1 or self._versions.get(stream, 0) == version - 1

    def advance(self, stream: str, version: int) -> None:
        """Remember a numbered commit."""
        self._versions.keep(stream, max(version, self._versions.get(stream, 0)))

    def clear(self) -> None:
        """Forget everything."""
        self._versions.clear()


class Relay(SharedExtension):
    """Numbers and publishes the events of its service."""

    journal = Journal()

    def __init__(self) -> None:
        self._offered: dict[str, bytes] = {}
        self._news = Signal()
        self._heads = Heads()
        self._leading = False
        self._position = 0
        self._head = b""
        #: When the index was last looked at, by the database's clock and by ours.
        self._looked_at = 0.0
        self._last_look = float("-inf")
        self._marked_at = 0.0
        self._found_others = False
        self._unpublished: deque[int] = deque()
        #: The segment that the broker confirmed last.
        self._confirmed = 0
        self._bodies: dict[int, Numbered] = {}
        self._publish_news = Signal()
        self.stopping = False

    def setup(self) -> None:
        """Listen to the journal."""
        self.runtime = self.journal.runtime
        self.journal.listeners.append(self._offer)

    def start(self) -> None:
        """Begin numbering and publishing."""
        settings = self.runtime.settings
        self._publisher = Publisher(
            settings.amqp_uri.get_secret_value(),
            self.runtime.service,
            settings.partitions,
            public=settings.public_events,
        )
        self._pace = Pace(min(settings.pace_seconds, _PACE_SECONDS))
        self._lookback = Lookback(settings.relay_lookback_seconds)
        self.container.spawn_managed_thread(self._number_for_ever)
        self.container.spawn_managed_thread(self._publish_for_ever)

    def finish(self, deadline: float) -> None:
        """Publish what is committed before the process ends, while time is left."""
        while (self._offered or self._unpublished) and time.monotonic() < deadline:
            eventlet.sleep(0.02)
        self.stopping = True
        if self._leading:
            self._lease.release()

    # -- numbering -------------------------------------------------------------------------------

    def _offer(self, stored: Sequence[bytes]) -> None:
        """Take commits that were stored just now by this process."""
        if not self._leading:
            return
        for raw in stored:
            self._offered[decode_id(raw)] = raw
        if not self._news.ready():
            self._news.send()

    def _number_for_ever(self) -> None:
        self.runtime.wait_ready()
        self._lease = Lease(self.runtime.database, "relay", self.runtime.settings.lease_seconds)
        while not self.stopping:
            try:
                self._lead_or_wait()
            except DuplicateKeyError:
                # Somebody else numbered meanwhile: all we believed is out of date.
                self._leading = False
            except PyMongoError as error:
                self._leading = False
                log.warning("relay_waits_for_database", error=type(error).__name__)
                eventlet.sleep(0.5)

    def _lead_or_wait(self) -> None:
        if not self._lease.acquire():
            self._leading = False
            self._offered.clear()
            eventlet.sleep(self._lease.seconds / 4)
            return
        if not self._leading:
            self._take_over()
        self._wait_for_news()
        self._pace.wait()
        self._number()

    def _take_over(self) -> None:
        """Learn from the log where it ends and what in it is not published."""
        log_ = self.journal.log
        last = next(iter(log_.find(sort=[("_id", -1)], limit=1)), None)
        self._position = last["last"] if last else 0
        self._head = bytes(last["head"]) if last else b""
        self._heads.clear()
        # What was offered to an earlier leadership may have its number from somebody else by now.
        self._offered.clear()
        since = self._marked(last)
        for segment in log_.find({"at": {"$gte": instant_of(since - 60)}}).sort("_id", 1):
            for name, _count in segment["commits"]:
                stream, version = split_id(name)
                self._heads.advance(stream, version)
        pending = list(log_.find({"published": False}, {"last": 1}).sort("_id", 1))
        self._unpublished = deque(item["_id"] for item in pending)
        waiting = sum(item["last"] - item["_id"] + 1 for item in pending)
        metric("peygir_relay_pending_events").set(waiting)
        self._bodies.clear()
        self._lookback.begin(since)
        self._looked_at, self._last_look = since, float("-inf")
        self._leading = True
        if self._unpublished:
            self._wake_publishing()

    def _marked(self, last: dict[str, Any] | None) -> float:
        """Give the time before which everything has its number, late-comers apart.

        However long ago that is: a commit may have waited for its number since a power cut. Where
        no mark was kept yet the last segment is one; without any, nothing has its number.
        """
        mark = self._marks.find_one({"_id": _MARK})
        known = mark["at"] if mark else last["at"] if last else None
        return known.timestamp() if known else 0.0

    def _mark(self) -> None:
        """Keep how far the index was looked through, now that all found there has its number."""
        if self._looked_at - self._marked_at > _MARK_SECONDS:
            at = instant_of(self._looked_at)
            self._marks.update_one({"_id": _MARK}, {"$max": {"at": at}}, upsert=True)
            self._marked_at = self._looked_at

    @property
    def _marks(self) -> Collection[dict[str, Any]]:
        return self.runtime.database["relay"]

    def _wait_for_news(self) -> None:
        if self._offered:
            return
        if self._news.ready():
            self._news = Signal()
        pause = _LOOK_SECONDS_SHARED if self._found_others else _LOOK_SECONDS
        self._news.wait(timeout=max(0.0, min(pause, self._lease.seconds / 3)))

    def _number(self) -> None:
        offered, self._offered = self._offered, {}
        fresh = {name: raw for name, raw in offered.items() if not self._covered(name)}
        pause = _LOOK_SECONDS_SHARED if self._found_others else _LOOK_SECONDS
        if has_gap(fresh, self._heads) or time.monotonic() - self._last_look > pause:
            self._look(fresh)
        ordered = in_order(fresh)
        for start in range(0, len(ordered), _MOST_COMMITS):
            self._store([fresh[name] for name in ordered[start : start + _MOST_COMMITS]])
        self._mark()

    def _covered(self, name: str) -> bool:
        return self._heads.covers(*split_id(name))

    def _look(self, fresh: dict[str, bytes]) -> None:
        """Find commits that nobody offered, and add them."""
        started = self.runtime.clock.timestamp()
        ids = self.journal.ids_since(instant_of(self._lookback.since(started)))
        missing = [name for name in ids if name not in fresh and not self._covered(name)]
        # What this process stored a moment ago may be found before it is offered.
        self._found_others = bool(missing)
        fresh |= self.journal.raw_by_id(missing)
        self._looked_at = started
        self._last_look = time.monotonic()

    def _store(self, raws: list[bytes]) -> None:
        """Give commits their positions, durably; raises DuplicateKeyError when fenced off."""
        if not raws:
            return
        commits = [decode(raw) for raw in raws]
        count = sum(len(item["events"]) for item in commits)
        head = hashlib.sha256(self._head)
        for item in commits:
            head.update(item["hash"])
        first = self._position + 1
        if count:
            self.journal.log.insert_one(
                {
                    "_id": first,
                    "last": self._position + count,
                    "at": self.runtime.clock.now(),
                    "commits": [[item["_id"], len(item["events"])] for item in commits],
                    "head": head.digest(),
                    "published": False,
                }
            )
            self._head = head.digest()
            self._position += count
            self._unpublished.append(first)
            self._bodies[first] = Numbered(first, commits)
            metric("peygir_relay_pending_events").inc(count)
            self._wake_publishing()
        for item in commits:
            self._heads.advance(item["stream"], item["version"])

    # -- publishing ------------------------------------------------------------------------------

    def _wake_publishing(self) -> None:
        if not self._publish_news.ready():
            self._publish_news.send()

    def _publish_for_ever(self) -> None:
        self.runtime.wait_ready()
        pause = 0.1
        while not self.stopping:
            if not self._unpublished:
                if self._publish_news.ready():
                    self._publish_news = Signal()
                self._publish_news.wait(timeout=1)
                continue
            try:
                self._publish_next()
                pause = 0.1
            except PublishingFailed as error:
                log.warning(
                    "relay_waits_for_broker", error=str(error), segments=len(self._unpublished)
                )
                eventlet.sleep(pause)
                pause = min(pause * 2, 2.0)
            except PyMongoError as error:
                log.warning("relay_waits_for_database", error=type(error).__name__)
                eventlet.sleep(0.5)

    def _publish_next(self) -> None:
        first = self._unpublished[0]
        if self._confirmed != first:
            self._publish(self._bodies.get(first) or self._read(first))
            # Should marking it fail, it is only marked when this is tried again.
            self._confirmed = first
        # Should the server forget the mark in a crash, the segment is published once more.
        marks = self.journal.log.with_options(write_concern=DERIVED)
        marks.update_one({"_id": first}, {"$set": {"published": True}})
        if self._unpublished and self._unpublished[0] == first:
            self._unpublished.popleft()
        self._bodies.pop(first, None)

    def _publish(self, segment: Numbered) -> None:
        position = segment.first
        events: list[CloudEvent] = []
        for item in segment.commits:
            events += self.journal.as_events(item, position=position)
            position += len(item["events"])
        self._publisher.publish(events)
        self._observe(segment)

    def _read(self, first: int) -> Numbered:
        segment = self.journal.log.find_one({"_id": first})
        if segment is None:
            return Numbered(first, [])
        names = [name for name, _count in segment["commits"]]
        found = self.journal.raw_by_id(names)
        return Numbered(first, [decode(found[name]) for name in names])

    def _observe(self, segment: Numbered) -> None:
        now = self.runtime.clock.timestamp()
        count = 0
        for item in segment.commits:
            count += len(item["events"])
            metric("peygir_relay_lag_seconds").observe(now - item["recorded_at"].timestamp())
            if "due_at" in item:
                metric("peygir_due_lateness_seconds").observe(now - item["due_at"].timestamp())
        metric("peygir_events_published_total").inc(count)
        metric("peygir_relay_pending_events").dec(count)


def has_gap(fresh: Mapping[str, bytes], heads: Heads) -> bool:
    """Tell whether there may be a commit before one of these that has no number either.

    Another process may have stored it. Once a later one is numbered it would count as numbered too.
    """
    for name in fresh:
        stream, version = split_id(name)
        if not heads.is_next(stream, version) and commit_id(stream, version - 1) not in fresh:
            return True
    return False


def in_order(fresh: dict[str, bytes]) -> list[str]:
    """Sort commits as they came, but each stream's by version."""
    streams: dict[str, list[int]] = {}
    for name in fresh:
        stream, version = split_id(name)
        streams.setdefault(stream, []).append(version)
    for versions in streams.values():
        versions.sort(reverse=True)
    ordered = []
    for name in fresh:
        stream, _version = split_id(name)
        ordered.append(f"{stream}/{streams[stream].pop():06d}")
    return ordered

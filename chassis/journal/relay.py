"""The relay: numbers what is committed and has it published; one process per service at a time.

New commits come by word of mouth from this process's own writers, and by looking: every so often
the index of commit times is read from a little before the last look, so that commits of other
replicas and late-comers are found. A segment of the log is stored before it is published; after a
crash unpublished segments are published again as they are. Events repeat, none vanishes or
changes its number.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from typing import Any

import eventlet
from eventlet.event import Event as Signal
from nameko.extensions import SharedExtension
from pymongo.errors import DuplicateKeyError, PyMongoError

from chassis.bus.publisher import Publisher
from chassis.clock import instant_of
from chassis.journal.commit import commit_id, decode, split_id
from chassis.journal.dispatch import Dispatch, Segment
from chassis.journal.journal import Journal
from chassis.journal.lookback import Lookback
from chassis.journal.marks import Mark
from chassis.logging import get_logger
from chassis.pace import Pace
from chassis.recent import Recent

log = get_logger()

#: A commit as our own writers offer it, or as it was found by looking.
Commit = dict[str, Any] | bytes

#: Commits in one segment at most: bounds a segment document and a publishing window.
_MOST_COMMITS = 500
#: Streams whose last numbered version is remembered, at least; and for how long every one of them:
#: longer than anything that was numbered is looked at again.
_REMEMBERED = 5_000
_REMEMBERED_SECONDS = 90.0
#: A write that takes longer says that others may take longer than they should.
_STALL_SECONDS = 1.0
_LOOK_SECONDS = 0.5
_LOOK_SECONDS_SHARED = 0.05
_MARK = "looked_through"


class Heads:
    """The last numbered version of the streams seen lately."""

    def __init__(self) -> None:
        self._versions: Recent[str, int] = Recent(_REMEMBERED, seconds=_REMEMBERED_SECONDS)

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
        self._offered: dict[str, Commit] = {}
        self._news = Signal()
        self._heads = Heads()
        self._leading = False
        self._position = 0
        self._head = b""
        #: When the index was last looked at, by the database's clock and by ours.
        self._looked_at = 0.0
        self._last_look = float("-inf")
        self._found_others = False
        #: Least time between two segments once there is an alarm in the next one.
        self.alarm_seconds: float | None = None
        self.stopping = False

    def setup(self) -> None:
        """Listen to the journal."""
        self.runtime = self.journal.runtime
        self.journal.listeners.append(self._offer)

    def start(self) -> None:
        """Begin numbering and publishing."""
        settings = self.runtime.settings
        publisher = Publisher(
            settings.amqp_uri.get_secret_value(),
            self.runtime.service,
            settings.partitions,
            public=settings.public_events,
        )
        self._dispatch = Dispatch(self.journal, publisher)
        self._pace = Pace(settings.pace_seconds, hurried=self.alarm_seconds)
        self._lookback = Lookback(settings.relay_lookback_seconds)
        self._mark = Mark(self.runtime.database, _MARK)
        self.container.spawn_managed_thread(self._number_for_ever)
        self.container.spawn_managed_thread(self._dispatch.run)

    def finish(self, deadline: float) -> None:
        """Publish what is committed before the process ends, while time is left."""
        while (self._offered or self._dispatch.is_busy) and time.monotonic() < deadline:
            eventlet.sleep(0.02)
        self.stopping = self._dispatch.stopping = True
        if self._leading:
            self._lease.release()

    # -- numbering -------------------------------------------------------------------------------

    def _offer(self, stored: Sequence[dict[str, Any]]) -> None:
        """Take commits that were stored just now by this process."""
        if not self._leading:
            return
        for item in stored:
            self._offered[item["_id"]] = item
            if "due_at" in item:
                self._pace.hurry()
        if not self._news.ready():
            self._news.send()

    def _number_for_ever(self) -> None:
        self.runtime.wait_ready()
        self._lease = self.runtime.leases.lease("relay")
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
        started = self.runtime.clock.timestamp()
        acquired = self._lease.acquire()
        self._notice_stall(started)
        if not acquired:
            self._leading = False
            self._offered.clear()
            eventlet.sleep(self._lease.seconds / 4)
            return
        if not self._leading:
            self._take_over()
        self._wait_for_news()
        self._pace.wait()
        started = self.runtime.clock.timestamp()
        self._number()
        self._notice_stall(started)

    def _notice_stall(self, started: float) -> None:
        """Look longer for late commits when a write of ours has just taken long."""
        if self.runtime.clock.timestamp() - started > _STALL_SECONDS:
            self._lookback.stall(started)

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
        earliest = instant_of(since - 60)
        # Backwards, because there is no index of times: it would cost as much as the log is long.
        for segment in log_.find(sort=[("_id", -1)]):
            if segment["at"] < earliest:
                break
            for name, _count in segment["commits"]:
                stream, version = split_id(name)
                self._heads.advance(stream, version)
        self._dispatch.begin()
        self._lookback.begin(since)
        self._looked_at, self._last_look = since, float("-inf")
        self._leading = True

    def _marked(self, last: dict[str, Any] | None) -> float:
        """Give the time before which everything has its number, late-comers apart.

        However long ago that is: a commit may have waited for its number since a power cut. Where
        no mark was kept yet the last segment is one; without any, nothing has its number.
        """
        kept = self._mark.kept()
        if kept is not None:
            return kept
        return float(last["at"].timestamp()) if last else 0.0

    def _wait_for_news(self) -> None:
        if self._offered:
            return
        if self._news.ready():
            self._news = Signal()
        self._news.wait(timeout=max(0.0, min(self._look_seconds, self._lease.seconds / 3)))

    @property
    def _look_seconds(self) -> float:
        """How often to look for what others commit: more often while there are others."""
        return _LOOK_SECONDS_SHARED if self._found_others else _LOOK_SECONDS

    def _number(self) -> None:
        offered, self._offered = self._offered, {}
        fresh = {name: item for name, item in offered.items() if not self._covered(name)}
        if time.monotonic() - self._last_look > self._look_seconds:
            self._look(fresh)
        self._close_gaps(fresh)
        ordered = in_order(fresh)
        for start in range(0, len(ordered), _MOST_COMMITS):
            self._store([fresh[name] for name in ordered[start : start + _MOST_COMMITS]])
        # All that was found there has its number now.
        self._mark.keep(self._looked_at)

    def _covered(self, name: str) -> bool:
        return self._heads.covers(*split_id(name))

    def _close_gaps(self, fresh: dict[str, Commit]) -> None:
        """Add what lies before these and has no number, though stamped long before them perhaps.

        A look all the way back would find it as well; but at an alarm of an old ticket nobody
        remembers that the commit before it has its number, and with a thousand of them a second
        such looks would read all of the last seconds again and again.
        """
        gaps = gaps_before(fresh, self._heads)
        while gaps:
            since = instant_of(self._lookback.reach(self.runtime.clock.timestamp()))
            found = self.journal.raw_by_id(self.journal.recorded_since(since, gaps))
            fresh |= found
            gaps = [name for name in gaps_before(found, self._heads) if name not in fresh]

    def _look(self, fresh: dict[str, Commit]) -> None:
        """Find commits that nobody offered, and add them."""
        started = self.runtime.clock.timestamp()
        ids = self.journal.ids_since(instant_of(self._lookback.since(started)))
        missing = [name for name in ids if name not in fresh and not self._covered(name)]
        # What this process stored a moment ago may be found before it is offered.
        self._found_others = bool(missing)
        fresh |= self.journal.raw_by_id(missing)
        self._looked_at = started
        self._last_look = time.monotonic()

    def _store(self, given: list[Commit]) -> None:
        """Give commits their positions, durably; raises DuplicateKeyError when fenced off."""
        if not given:
            return
        commits = [item if isinstance(item, dict) else decode(item) for item in given]
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
            self._dispatch.add(Segment(first, commits))
        for item in commits:
            self._heads.advance(item["stream"], item["version"])


def gaps_before(fresh: Mapping[str, Any], heads: Heads) -> list[str]:
    """Give the commits right before these of which nobody here knows that they have numbers.

    Another process may have stored them. Once a later one is numbered they would count as numbered
    too.
    """
    gaps = []
    for name in fresh:
        stream, version = split_id(name)
        if not heads.is_next(stream, version):
            before = commit_id(stream, version - 1)
            if before not in fresh:
                gaps.append(before)
    return gaps


def in_order(fresh: Mapping[str, Any]) -> list[str]:
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

"""Things that happen by themselves: at start, every so often, all the time, when due.

However many replicas run, a slot of `every` runs once, and `background` and `due` run in the one
that holds the lease. Due times are rows in the database; a heap in memory only says which comes
next, and losing it loses nothing.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import eventlet
from eventlet.event import Event as Signal
from nameko.extensions import Entrypoint
from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError, PyMongoError

from chassis.bus.entrypoints import entrypoint_for, find_aggregates
from chassis.calls.server import CallServer
from chassis.errors import DomainError
from chassis.journal.intents import Decide
from chassis.lease import HOLDER, Lease
from chassis.logging import get_logger
from chassis.metrics import metric, watch
from chassis.mongo import make_indexes
from chassis.pace import Pace
from contracts.envelope import Event

log = get_logger()

#: How far ahead due times are loaded, and how often.
_HORIZON = timedelta(seconds=3)
_LOAD_SECONDS = 0.5
#: Those that come due within this are decided together, and told together; both add to how late
#: an alarm is.
_PACE_SECONDS = 0.03
_MOST_DUE = 1000


class _Loop(Entrypoint):
    """A method run in a loop of the process's own; failures are counted, never fatal."""

    #: For the one service object that all entrypoints share.
    server = CallServer()
    role = "events"

    def start(self) -> None:
        """Begin, where the process has the role."""
        self.runtime = self.server.runtime
        self.stopping = False
        # Shown from the start: a rise from nothing is none that a rate could tell.
        for outcome in ("ok", "failed"):
            metric("peygir_job_runs_total", self.method_name, outcome)
        if self.role in self.runtime.settings.roles:
            self.container.spawn_managed_thread(self._begin)

    def stop(self) -> None:
        """End after the run under way."""
        self.stopping = True

    def _begin(self) -> None:
        self.runtime.wait_ready()
        self.loop()

    def loop(self) -> None:
        """Run until stopped."""
        raise NotImplementedError

    def run(self, *arguments: Any) -> bool:
        """Run the method once; gives whether it went well."""
        try:
            getattr(self.server.service, self.method_name)(*arguments)
        except (DomainError, PyMongoError) as error:
            log.warning("job_failed", job=self.method_name, error=str(error)[:80])
            outcome = "failed"
        except (Exception, eventlet.Timeout):
            log.exception("job_failed", job=self.method_name)
            outcome = "failed"
        else:
            outcome = "ok"
        metric("peygir_job_runs_total", self.method_name, outcome).inc()
        return outcome == "ok"


class OnStart(_Loop):
    """Runs once in each process that starts; the process is ready only when it went well.

    Tried again after a failure, so it must be idempotent.
    """

    role = "calls"

    def setup(self) -> None:
        """Hold readiness back, in processes that have the role."""
        self._done = False
        runtime = self.server.runtime
        if self.role in runtime.settings.roles:
            runtime.ready_when(self.method_name, lambda: self._done)

    def loop(self) -> None:
        """Run until it went well."""
        while not self.stopping and not self._done:
            self._done = self.run()
            if not self._done:
                eventlet.sleep(1)


class Every(_Loop):
    """Runs once per slot of `seconds` over all replicas."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__()

    def loop(self) -> None:
        """Sleep to the next slot, claim it, run."""
        slots = self.runtime.database["slots"]
        prepared = False
        while not self.stopping:
            now = self.runtime.clock.timestamp()
            slot = int(now // self.seconds) + 1
            eventlet.sleep(slot * self.seconds - now)
            if self.stopping:
                return
            try:
                if not prepared:
                    make_indexes(slots, [IndexModel([("at", 1)], expireAfterSeconds=86_400)])
                    prepared = True
                slots.insert_one(
                    {
                        "_id": f"{self.method_name}:{self.seconds}:{slot}",
                        "at": self.runtime.clock.now(),
                        "holder": HOLDER,
                    }
                )
            except (DuplicateKeyError, PyMongoError):
                continue
            self.run()


class Background(_Loop):
    """Runs again and again in the one process that holds the lease, which it is handed."""

    def __init__(self, lease: str, pause: float) -> None:
        self.lease = lease
        self.pause = pause
        super().__init__()

    def loop(self) -> None:
        """Run while the lease is held."""
        lease = self.runtime.leases.lease(self.lease)
        while not self.stopping:
            if not lease.acquire():
                eventlet.sleep(lease.seconds / 4)
            elif self.run(lease):
                eventlet.sleep(self.pause)
            else:
                eventlet.sleep(1)
        lease.release()


class Everywhere(_Loop):
    """Runs again and again in every process, or every one of a role: what each has of its own."""

    def __init__(self, pause: float, *, role: str | None = None) -> None:
        self.pause = pause
        self.only = role
        super().__init__()

    def start(self) -> None:
        """Begin, whatever the process's role, unless it is for those of one."""
        self.role = self.only or min(self.server.runtime.settings.roles)
        super().start()

    def loop(self) -> None:
        """Run until stopped."""
        while not self.stopping:
            self.run()
            eventlet.sleep(self.pause)


class DueTimes(_Loop):
    """Decides for every stream whose `due_at` has come."""

    def __init__(self, decide: Decide, into: str | None, *, in_a_hurry: bool = True) -> None:
        self.decide = decide
        self.into = into
        self.in_a_hurry = in_a_hurry
        super().__init__()

    def setup(self) -> None:
        """Find whose due times they are."""
        # Shown from the start, so that a board without alarms is not one without data.
        metric("peygir_due_lateness_seconds")
        watch(self._overdue_seconds, "peygir_due_overdue_seconds")
        self.aggregates = find_aggregates(self.container, self.into)
        if self.in_a_hurry:
            self.aggregates.relay.alarm_seconds = _PACE_SECONDS
        self._heap: list[tuple[datetime, str]] = []
        self._due: dict[str, datetime] = {}
        self._later: dict[str, datetime] = {}
        self._news = Signal()

    def loop(self) -> None:
        """Load, sleep to the next due time, fire; near ones are heard of between two loads."""
        lease = self.runtime.leases.lease("due")
        self.aggregates.snapshots.listeners.append(self._hear)
        pace = Pace(_PACE_SECONDS)
        load_at = 0.0
        while not self.stopping:
            if not lease.acquire():
                self._heap, self._due, load_at = [], {}, 0.0
                eventlet.sleep(lease.seconds / 4)
                continue
            try:
                now = self.runtime.clock.timestamp()
                if now >= load_at:
                    self._load()
                    load_at = now + _LOAD_SECONDS
                self._fire(lease)
                self._wait(load_at)
                pace.wait()
            except (DomainError, PyMongoError) as error:
                log.warning("due_times_wait", error=str(error)[:80])
                eventlet.sleep(0.3)
        lease.release()

    def _hear(self, stream: str, fields: Mapping[str, Any]) -> None:
        due_at = fields.get("due_at")
        if due_at is None:
            return
        if due_at < self.runtime.clock.now() + _HORIZON and self._due.get(stream) != due_at:
            self._push(stream, due_at)
            if not self._news.ready():
                self._news.send()

    def _push(self, stream: str, due_at: datetime) -> None:
        self._due[stream] = due_at
        heapq.heappush(self._heap, (due_at, stream))

    def _load(self) -> None:
        """Take what is due within the horizon from the database; that is where the truth is.

        But for what this process itself changed a moment ago and has still to write there: of that
        it has heard.
        """
        limit = self.runtime.clock.now() + _HORIZON
        snapshots, fields = self.aggregates.snapshots, {"due_at": 1, "version": 1}
        found = snapshots.collection.find(
            {"due_at": {"$lte": limit}}, fields, sort=[("due_at", 1)], limit=_MOST_DUE * 20
        )
        for item in found:
            known = snapshots.known(item["_id"])
            is_past = known is not None and known.version > item["version"]
            if not is_past and self._due.get(item["_id"]) != item["due_at"]:
                self._push(item["_id"], item["due_at"])
        metric("peygir_due_waiting").set(len(self._due))

    def _fire(self, lease: Lease) -> None:
        batch = self._take()
        if not batch:
            return
        if not lease.held():
            self._due, self._heap = {}, []
            return
        try:
            outcomes = self.aggregates.fire(batch, self.decide)
        finally:
            # What is still due stands in the database and is loaded again.
            for stream, due_at in batch.items():
                self._forget(stream, due_at)
        for stream, outcome in outcomes.items():
            if outcome.error is not None or not outcome.events:
                self._put_off(stream, outcome.error)

    def _take(self) -> dict[str, datetime]:
        """Take what is due now, each stream once."""
        now = self.runtime.clock.now()
        batch: dict[str, datetime] = {}
        while self._heap and self._heap[0][0] <= now and len(batch) < _MOST_DUE:
            due_at, stream = heapq.heappop(self._heap)
            if self._later.get(stream, now) > now:
                self._forget(stream, due_at)
            elif self._due.get(stream) == due_at:
                batch[stream] = due_at
        return batch

    def _forget(self, stream: str, due_at: datetime) -> None:
        if self._due.get(stream) == due_at:
            del self._due[stream]

    def _put_off(self, stream: str, error: DomainError | None) -> None:
        """Bring a snapshot that was behind up to date; and do not try in a hot loop."""
        self.aggregates.mend([stream])
        if len(self._later) > _MOST_DUE:
            self._later.clear()
        self._later[stream] = self.runtime.clock.now() + timedelta(seconds=2)
        if error is not None:
            log.warning("due_refused", stream=stream, reason=error.code)

    def _overdue_seconds(self) -> float:
        if not self._heap:
            return 0.0
        return max(0.0, self.runtime.clock.timestamp() - self._heap[0][0].timestamp())

    def _wait(self, load_at: float) -> None:
        now = self.runtime.clock.timestamp()
        next_ = self._heap[0][0].timestamp() if self._heap else load_at
        pause = max(0.0, min(next_, load_at) - now)
        if self._news.ready():
            self._news = Signal()
            return
        if pause:
            self._news.wait(timeout=pause)
        else:
            eventlet.sleep(0)


every = Every.decorator
on_start = OnStart.decorator
background = Background.decorator
everywhere = Everywhere.decorator


def due(
    decide: Decide, *, into: str | None = None, in_a_hurry: bool = True
) -> Callable[..., Sequence[Event]]:
    """Decide when a stream's `due_at`, a field of its snapshot, has come.

    In a hurry what is decided is told at once; otherwise as soon as what events lead to.
    """
    return entrypoint_for(decide, DueTimes(decide, into, in_a_hurry=in_a_hurry))

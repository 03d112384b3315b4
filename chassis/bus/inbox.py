"""The inbox of a service: events in, each applied once and in order per stream.

It does not matter by which way an event comes - from the broker, from another service's journal,
twice, late, or with a gap before it: the sequence per source and stream decides. What cannot be
applied is noted in the list of lagging streams and tried again; the other streams go on.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

import eventlet
from nameko.extensions import SharedExtension
from pymongo.errors import PyMongoError

from chassis import tracing
from chassis.bus.lagging import LaggingList
from chassis.calls.client import Caller
from chassis.errors import DomainError, Overdue, Permanent, Unavailable
from chassis.logging import get_logger
from chassis.metrics import metric
from chassis.mongo import is_away
from chassis.recent import Recent
from chassis.runtime import Runtime
from contracts.calls.journal import Heads, ReadHeads, ReadStreams
from contracts.envelope import EVENTS, CloudEvent

log = get_logger()

#: Cursors that are remembered in memory, at least.
_REMEMBERED = 20_000
#: Streams asked of a journal at once.
_MANY = 200
#: Failures of our own database: the whole batch is tried again, nothing is noted.
_OURS = frozenset({"database_unavailable", "outcome_unknown", "contention", "starting"})


class Receiver(Protocol):
    """Where events go: the service's streams, or its read models."""

    def wants(self, event_type: str) -> bool:
        """Tell whether the type has an effect here."""

    def cursors(self, source: str, streams: Sequence[str]) -> dict[str, int]:
        """Give the last sequence applied, by stream, as it is stored."""

    def receive(
        self, source: str, events: Mapping[str, Sequence[CloudEvent]]
    ) -> Mapping[str, DomainError | None]:
        """Apply each stream's events, in order and together with the cursor; say what failed."""


class Inbox(SharedExtension):
    """Applies events for its service."""

    runtime = Runtime()

    def __init__(self) -> None:
        self.receiver: Receiver | None = None
        self.opened_by: str | None = None
        self.sources: set[str] = set()
        self._known: Recent[tuple[str, str], int] = Recent(_REMEMBERED)
        self._callers: dict[str, Caller] = {}

    def setup(self) -> None:
        """Keep the list of what lags."""
        self.lagging = LaggingList(self.runtime)

    def process(self, source: str, events: Iterable[CloudEvent]) -> None:
        """Apply events as they came; raises Unavailable when all must be tried again."""
        runs = _by_stream(events)
        with metric("peygir_event_handling_seconds", source).time():
            self._apply(source, self._complete(source, runs))

    def catch_up(
        self,
        source: str,
        streams: Sequence[str],
        *,
        seconds: float = 5.0,
        applied: Mapping[str, int] | None = None,
    ) -> dict[str, DomainError | None]:
        """Apply what a source's journal has beyond our cursors; gives what failed, by stream.

        What the caller says is `applied` is not looked up; where that is less than what is stored,
        events come twice and have no effect the second time.
        """
        outcomes: dict[str, DomainError | None] = {}
        for start in range(0, len(streams), _MANY):
            part = streams[start : start + _MANY]
            if applied is None:
                after = self._cursors(source, part, trust_memory=False)
            else:
                known = ((stream, self._known.get((source, stream), 0)) for stream in part)
                after = {stream: max(cursor, applied.get(stream, 0)) for stream, cursor in known}
            runs = self._read(source, after, seconds=seconds)
            metric("peygir_events_caught_up_total", source).inc(sum(map(len, runs.values())))
            outcomes |= self._deliver(source, runs)
        return outcomes

    def pull(self, streams: Sequence[str]) -> dict[str, DomainError | None]:
        """Bring streams that are not known here from the service that opens them.

        Gives what failed, by stream: also where that service has told nothing of it. Its database
        may be a moment behind after a change of the primary, or restored from a backup.
        """
        if self.opened_by is None:
            return {}
        outcomes = self.catch_up(self.opened_by, streams)
        told = self._cursors(self.opened_by, list(outcomes), trust_memory=True)
        return {
            stream: error or (None if told[stream] else Unavailable("not_opened"))
            for stream, error in outcomes.items()
        }

    def heads(self, source: str, after: int, limit: int, *, older: float) -> Heads:
        """Ask a source for the heads of the streams beyond a position, if older than seconds.

        Only of what has an effect here: nothing is stored of the rest, so that a process would find
        itself behind with all that another one has received.
        """
        types = [name for name, event in EVENTS.items() if event.service == source]
        wanted = [name for name in types if self.receiver is None or self.receiver.wants(name)]
        request = ReadHeads(after=after, limit=limit, older=older, types=wanted)
        return self._caller(source).query("journal_heads", request, Heads)

    def behind(self, source: str, heads: Mapping[str, int]) -> list[str]:
        """Give the streams of which the source has more than we applied."""
        ahead = [
            stream for stream, head in heads.items() if self._known.get((source, stream), 0) < head
        ]
        stored = self._cursors(source, ahead, trust_memory=True)
        return [stream for stream in ahead if stored.get(stream, 0) < heads[stream]]

    # -- the way of a batch ----------------------------------------------------------------------

    def _complete(
        self, source: str, runs: dict[str, list[CloudEvent]]
    ) -> dict[str, list[CloudEvent]]:
        """Drop what was applied before, and fill gaps from the source's journal."""
        lagging = self.lagging.streams(source)
        asked = [stream for stream, run in runs.items() if run[0].sequence > 1]
        cursors = self._cursors(source, asked, trust_memory=True)
        complete: dict[str, list[CloudEvent]] = {}
        gaps: dict[str, int] = {}
        let_pass: list[Sequence[CloudEvent]] = []
        old: list[Sequence[CloudEvent]] = []
        for stream, run in runs.items():
            if stream in lagging:
                let_pass.append(run)
                continue
            cursor = cursors.get(stream, self._known.get((source, stream), 0))
            new = run
            if run[0].sequence <= cursor:
                new = [event for event in run if event.sequence > cursor]
                old.append(run[: len(run) - len(new)])
            if not new:
                continue
            if new[-1].sequence - cursor == len(new):
                complete[stream] = new
            else:
                gaps[stream] = cursor
        _count(source, let_pass, "lagging")
        _count(source, old, "duplicate")
        if gaps:
            complete |= self._fill(source, gaps)
        return complete

    def _fill(self, source: str, gaps: Mapping[str, int]) -> dict[str, list[CloudEvent]]:
        complete: dict[str, list[CloudEvent]] = {}
        names = list(gaps)
        for start in range(0, len(names), _MANY):
            part = {stream: gaps[stream] for stream in names[start : start + _MANY]}
            try:
                complete |= self._read(source, part)
            except DomainError as error:
                for stream in part:
                    self.lagging.note(source, stream, error)
        return complete

    def _apply(self, source: str, runs: dict[str, list[CloudEvent]]) -> None:
        for stream, error in self._deliver(source, runs).items():
            if error is not None:
                self.lagging.note(source, stream, error)

    def _deliver(
        self, source: str, runs: Mapping[str, Sequence[CloudEvent]]
    ) -> dict[str, DomainError | None]:
        """Hand runs without gaps to the receiver; remember how far each stream is."""
        assert self.receiver is not None  # noqa: S101 - set before anything is consumed
        began = time.time_ns() if tracing.tracer else 0
        wanted = {
            stream: run for stream, run in runs.items() if any(self._wants(event) for event in run)
        }
        outcomes = dict(self._receive(source, wanted))
        for error in outcomes.values():
            if error is not None and error.code in _OURS:
                raise error
        applied, failed = [], []
        for stream, run in runs.items():
            if outcomes.get(stream) is not None:
                failed.append(run)
            elif run:
                self._remember(source, stream, run[-1].sequence)
                applied.append(run)
        _count(source, failed, "lagging")
        _count(source, applied, "ok")
        _observe_lag(source, applied)
        if tracing.tracer:
            effective = [event for run in applied for event in run if self._wants(event)]
            tracing.tracer.handled(source, effective, began=began)
        return {stream: outcomes.get(stream) for stream in runs}

    def _wants(self, event: CloudEvent) -> bool:
        return self.receiver is not None and self.receiver.wants(event.event_type)

    def _receive(
        self, source: str, runs: Mapping[str, Sequence[CloudEvent]]
    ) -> Mapping[str, DomainError | None]:
        """Try all together; when that fails oddly, one by one, so that one cannot stop the rest."""
        if not runs:
            return {}
        assert self.receiver is not None  # noqa: S101 - set before anything is consumed
        seconds = self.runtime.settings.handler_seconds
        try:
            with eventlet.Timeout(seconds, HandlingTimeout):
                return self.receiver.receive(source, runs)
        except DomainError:
            raise
        except (Exception, eventlet.Timeout) as error:
            if isinstance(error, PyMongoError) and is_away(error):
                # Says nothing about the events: whoever brought them waits for the database.
                raise Unavailable("database_unavailable", retry_after=1) from error
            log.exception("batch_failed", source=source, streams=len(runs))
            if len(runs) == 1:
                code = "handler_hangs" if isinstance(error, HandlingTimeout) else "handler_failed"
                return dict.fromkeys(runs, Unavailable(code))
        outcomes: dict[str, DomainError | None] = {}
        for stream, run in runs.items():
            outcomes |= self._receive(source, {stream: run})
        return outcomes

    def _remember(self, source: str, stream: str, sequence: int) -> None:
        key = (source, stream)
        self._known.keep(key, max(sequence, self._known.get(key, 0)))

    def _cursors(
        self, source: str, streams: Sequence[str], *, trust_memory: bool
    ) -> dict[str, int]:
        """Give cursors; memory may be ahead of the store by events without an effect here."""
        assert self.receiver is not None  # noqa: S101 - set before anything is consumed
        known = {stream: self._known.get((source, stream), 0) for stream in streams}
        asked = [stream for stream in streams if not (trust_memory and known[stream])]
        stored = self.receiver.cursors(source, asked) if asked else {}
        return {stream: max(known[stream], stored.get(stream, 0)) for stream in streams}

    def _read(
        self, source: str, after: Mapping[str, int], *, seconds: float = 2.5
    ) -> dict[str, list[CloudEvent]]:
        request = ReadStreams(after=dict(after))
        try:
            answer: dict[str, list[CloudEvent]] = self._caller(source).query(
                "journal_read", request, dict[str, list[CloudEvent]], seconds=seconds
            )
        except Permanent as error:
            # A refused question (a key not rotated yet, say) tells nothing about the events.
            raise Unavailable("service_unavailable", retry_after=1, service=source) from error
        return {stream: answer.get(stream, []) for stream in after}

    def _caller(self, service: str) -> Caller:
        if service not in self._callers:
            self._callers[service] = Caller(self.runtime, service)
        return self._callers[service]


class HandlingTimeout(Overdue):
    """Raised when a batch takes longer than it may."""


def _by_stream(events: Iterable[CloudEvent]) -> dict[str, list[CloudEvent]]:
    """Group events by stream, sorted, each sequence once."""
    streams: dict[str, dict[int, CloudEvent]] = {}
    for event in events:
        streams.setdefault(event.subject, {})[event.sequence] = event
    return {
        stream: [found[sequence] for sequence in sorted(found)] for stream, found in streams.items()
    }


def _count(source: str, runs: Iterable[Sequence[CloudEvent]], outcome: str) -> None:
    for event_type, count in Counter(event.event_type for run in runs for event in run).items():
        metric("peygir_events_handled_total", source, event_type, outcome).inc(count)


def _observe_lag(source: str, runs: Iterable[Sequence[CloudEvent]]) -> None:
    now, lag = time.time(), metric("peygir_event_lag_seconds", source)
    for run in runs:
        lag.observe(max(0.0, now - run[-1].time.timestamp()))

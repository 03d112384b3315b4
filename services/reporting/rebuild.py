"""Building all facts and figures again from the services' event logs, beside those in use.

A rebuild is a record in the database (`Rebuild`) that any replica carries on, a slice at a time.
It reads every log into the next generation while events go on into the current one; when it has
reached the ends it makes the new generation current, and then reads once more to the ends: what
was told between the last page and that moment went into the old generation only, but stands in
the logs. Reading something twice is harmless, since the cursors of the new generation pass it
over; so is a crash at any point.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec.structs import replace
from nameko.extensions import DependencyProvider

from chassis.calls.client import Caller
from chassis.errors import Unavailable
from chassis.late import late
from chassis.lease import Lease, Leases
from chassis.logging import get_logger
from chassis.runtime import Runtime
from contracts.calls.journal import LogPart, ReadLog
from contracts.calls.reporting import RebuildProgress
from contracts.envelope import CloudEvent
from services.reporting.domain.facts import SOURCES
from services.reporting.handlers import Batch
from services.reporting.receiver import Facts
from services.reporting.repository import Rebuild

log = get_logger()


class Rebuilds(DependencyProvider):
    """Begins rebuilds, tells how far they have come, and carries them on."""

    runtime = Runtime()

    def setup(self) -> None:
        """Make the ways to the logs; they connect when they are used."""
        self._logs = {source: Caller(self.runtime, source) for source in SOURCES}

    def get_dependency(self, _worker_ctx: Any) -> Rebuilds:
        """Give itself."""
        return self

    @late
    def _lease(self) -> Lease:
        return Leases(self.runtime.database, seconds=10).lease("rebuild")

    def begin(self, facts: Facts, now: datetime) -> RebuildProgress:
        """Begin a rebuild; one that is under way goes on instead."""
        under_way = facts.generations.rebuild()
        if under_way is not None and under_way.state != "done":
            return progress_of(under_way)
        number = facts.current().number + 1
        generation = facts.generations.numbered(number)
        generation.drop()
        generation.make_indexes()
        rebuild = Rebuild(state="reading", number=number, started_at=now)
        facts.generations.save_rebuild(rebuild)
        return progress_of(rebuild)

    def progress(self, facts: Facts) -> RebuildProgress | None:
        """Tell how far the last rebuild has come."""
        rebuild = facts.generations.rebuild()
        return None if rebuild is None else progress_of(rebuild)

    def advance(self, facts: Facts) -> None:
        """Carry a rebuild on for a while, if there is one and nobody else does."""
        rebuild = facts.generations.rebuild()
        if rebuild is None or rebuild.state == "done" or not self._lease.acquire():
            return
        try:
            self._advance(facts, rebuild)
        except Unavailable as error:
            log.info("rebuild_waits", reason=error.code)
        finally:
            self._lease.release()

    def _advance(self, facts: Facts, rebuild: Rebuild) -> None:
        ends = time.monotonic() + facts.settings.rebuild_slice_seconds
        behind = set(SOURCES)
        while behind and time.monotonic() < ends and self._lease.acquire():
            for source in sorted(behind):
                part = self._page(facts, rebuild, source)
                rebuild = _read_into(facts, rebuild, source, part)
                if part.end:
                    behind.discard(source)
        if not behind:
            self._finish(facts, rebuild)

    def _page(self, facts: Facts, rebuild: Rebuild, source: str) -> LogPart:
        request = ReadLog(after=rebuild.positions.get(source, 0), limit=facts.settings.rebuild_page)
        return self._logs[source].query("journal_log", request, LogPart, seconds=10)

    def _finish(self, facts: Facts, rebuild: Rebuild) -> None:
        """Go from reading to closing, or from closing to done."""
        if rebuild.state == "reading":
            facts.generations.make_current(rebuild.number)
            facts.generations.save_rebuild(replace(rebuild, state="closing"))
            return
        facts.generations.numbered(rebuild.number - 1).drop()
        ended = replace(rebuild, state="done", ended_at=self.runtime.clock.now())
        facts.generations.save_rebuild(ended)
        log.info("rebuilt", events=rebuild.events, failed=len(rebuild.failed))


def _read_into(facts: Facts, rebuild: Rebuild, source: str, part: LogPart) -> Rebuild:
    """Learn from a page, then note that it was read: in this order, so that none is missed."""
    if not part.events:
        return rebuild
    batch = Batch(source, by_stream(part.events))
    failures = facts.receive_into(rebuild.number, batch)
    after = replace(
        rebuild,
        positions=rebuild.positions | {source: part.next},
        events=rebuild.events + len(part.events),
        failed=sorted({*rebuild.failed, *failures}),
    )
    facts.generations.save_rebuild(after)
    return after


def by_stream(events: Sequence[CloudEvent]) -> dict[str, list[CloudEvent]]:
    """Part a page of a log by stream; each stream's events stay in order."""
    streams: dict[str, list[CloudEvent]] = {}
    for event in events:
        streams.setdefault(event.subject, []).append(event)
    return streams


def progress_of(rebuild: Rebuild) -> RebuildProgress:
    """Give what is told of a rebuild."""
    return RebuildProgress(
        state=rebuild.state,
        started_at=rebuild.started_at,
        ended_at=rebuild.ended_at,
        events=rebuild.events,
        positions=rebuild.positions,
        failed=len(rebuild.failed),
    )

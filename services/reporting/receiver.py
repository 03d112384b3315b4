"""Where events become facts and figures: one transaction a batch, so that nothing counts twice.

The transaction holds the facts with their cursors and the additions to the roll-ups. A crash
leaves either all of a batch or none of it; what is delivered again is at or below the cursors that
the transaction reads, and is passed over. Two processes that change the same ticket or the same
sum collide in the database, and one of them begins again from what the other has stored.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from nameko.extensions import DependencyProvider

from chassis.errors import DomainError
from chassis.late import late
from chassis.runtime import Runtime
from contracts.envelope import CloudEvent
from services.reporting.handlers import learn
from services.reporting.repository import (
    ClientSession,
    Generation,
    Generations,
    end_abandoned,
    in_transaction,
)
from services.reporting.settings import ReportingSettings


class Facts(DependencyProvider):
    """Receives the events of every source, and hands out the current generation for reading."""

    runtime = Runtime()

    def __init__(self) -> None:
        # The queues of one process would only collide with each other on the sums of today.
        self._one_batch = threading.Lock()

    def setup(self) -> None:
        """Have the collections ready before the process is."""
        self.runtime.before_ready(self._prepare)

    def get_dependency(self, _worker_ctx: Any) -> Facts:
        """Give itself."""
        return self

    @late
    def settings(self) -> ReportingSettings:
        """The options of the service."""
        return ReportingSettings.load()

    @late
    def generations(self) -> Generations:
        """The generations of the service's database."""
        return Generations(self.runtime.database)

    def _prepare(self) -> None:
        # A predecessor that was killed may have left a transaction open.
        end_abandoned(self.runtime.database)
        self.current().make_indexes()

    def current(self) -> Generation:
        """Give the generation that counts."""
        return self.generations.current()

    def wants(self, event_type: str) -> bool:  # noqa: ARG002 - asked for each type
        """Tell that every event counts, if only by its cursor."""
        return True

    def cursors(self, source: str, streams: Sequence[str]) -> dict[str, int]:
        """Give the last sequence of a source that was applied, by stream."""
        return self.current().cursors(source, streams)

    def receive(
        self, source: str, events: Mapping[str, Sequence[CloudEvent]]
    ) -> Mapping[str, DomainError | None]:
        """Apply a batch; gives per stream why it was not applied to the end, if so."""
        with self._one_batch:
            failures = self._learn(source, events, None)
        return {stream: failures.get(stream) for stream in events}

    def skip(self, stream: str, cursor: tuple[str, int], actor: str) -> None:
        """Pass over the next event of a stream; the operator answers for it."""
        source, sequence = cursor
        now = self.runtime.clock.now()

        def work(session: ClientSession) -> None:
            self.generations.current(session).skip(stream, source, sequence, session)
            self.generations.note_skip(stream, source, sequence, actor, now, session)

        in_transaction(self.runtime.database, work)

    def receive_into(
        self, number: int, source: str, events: Mapping[str, Sequence[CloudEvent]]
    ) -> dict[str, DomainError]:
        """Apply a batch to a generation that may not be the current one; gives the failures."""
        return self._learn(source, events, number)

    def _learn(
        self, source: str, events: Mapping[str, Sequence[CloudEvent]], number: int | None
    ) -> dict[str, DomainError]:
        zone = ZoneInfo(self.settings.zone)

        def work(session: ClientSession) -> dict[str, DomainError]:
            # Read within the transaction: a rebuild may make another generation current meanwhile.
            generation = (
                self.generations.current(session)
                if number is None
                else self.generations.numbered(number)
            )
            learned = learn(generation.load(events, session), source, events, zone)
            generation.save(learned, session)
            return learned.failures

        return in_transaction(self.runtime.database, work)

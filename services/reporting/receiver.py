"""Where events become facts and figures: in transactions, so that nothing counts twice.

What sources bring at the same moment shares one. It holds the facts with their cursors and the
additions to the roll-ups. A crash leaves either all of it or nothing; what is delivered again is
at or below the cursors that the transaction reads, and is passed over. Two processes that change
the same ticket or the same sum collide in the database, and one of them begins again from what the
other has stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from nameko.extensions import DependencyProvider

from chassis.errors import DomainError
from chassis.gather import Gathered
from chassis.late import late
from chassis.logging import get_logger
from chassis.runtime import Runtime
from chassis.shown import Shown
from contracts.envelope import CloudEvent
from services.reporting.handlers import Batch, learn
from services.reporting.recent import recent_figures
from services.reporting.repository import (
    ClientSession,
    Generation,
    Generations,
    end_abandoned,
    in_transaction,
)
from services.reporting.settings import ReportingSettings

log = get_logger()
#: Per source and stream, why a run was not applied to the end.
Failures = Mapping[tuple[str, str], DomainError]


class Facts(DependencyProvider):
    """Receives the events of every source, and hands out the current generation for reading."""

    runtime = Runtime()

    def __init__(self) -> None:
        # Apart, the batches of one process would only collide on the sums of today.
        self._together: Gathered[Batch, Failures | Exception] = Gathered(self._learn_together)

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

    @late
    def recent(self) -> Shown:
        """What became of the tickets of late, shown to operators."""
        clock, zone = self.runtime.clock, ZoneInfo(self.settings.zone)
        return Shown(lambda: recent_figures(self.current(), clock.now(), zone))

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
        outcome = self._together.one(Batch(source, events))
        if isinstance(outcome, Exception):
            raise outcome
        return {stream: outcome.get((source, stream)) for stream in events}

    def _learn_together(self, batches: list[Batch]) -> Sequence[Failures | Exception]:
        """Learn from all; a fault in one must not be the others'."""
        try:
            failures = self._learn(batches, None)
        except DomainError:
            raise
        except Exception as error:
            if len(batches) == 1:
                return [error]
            log.exception("batches_parted", batches=len(batches))
            return [self._learn_together([batch])[0] for batch in batches]
        return [failures] * len(batches)

    def skip(self, stream: str, cursor: tuple[str, int], actor: str) -> None:
        """Pass over the next event of a stream; the operator answers for it."""
        source, sequence = cursor
        now = self.runtime.clock.now()

        def work(session: ClientSession) -> None:
            self.generations.current(session).skip(stream, source, sequence, session)
            self.generations.note_skip(stream, source, sequence, actor, now, session)

        in_transaction(self.runtime.database, work)

    def receive_into(self, number: int, batch: Batch) -> list[str]:
        """Apply a batch to a generation that may not be the current one; gives what failed."""
        return [stream for _source, stream in self._learn([batch], number)]

    def _learn(self, batches: Sequence[Batch], number: int | None) -> Failures:
        zone = ZoneInfo(self.settings.zone)
        streams = {stream for batch in batches for stream in batch.events}

        def work(session: ClientSession) -> Failures:
            # Read within the transaction: a rebuild may make another generation current meanwhile.
            generation = (
                self.generations.current(session)
                if number is None
                else self.generations.numbered(number)
            )
            learned = learn(generation.load(streams, session), batches, zone)
            generation.save(learned, session)
            return learned.failures

        return in_transaction(self.runtime.database, work)

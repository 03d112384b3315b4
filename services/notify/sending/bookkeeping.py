"""Records what became of attempts, many at once: writes begin a little apart under load.

A result is kept until it is stored, however long the database is away: forgetting it would send
the message again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import eventlet

from chassis.errors import DomainError
from chassis.logging import get_logger
from chassis.pace import Pace
from services.notify.domain.attempts import Result

log = get_logger()
_PAUSE_SECONDS = 0.5
#: Long enough for company, short enough that a crash repeats few messages.
_PACE_SECONDS = 0.1
_MOST = 500


class Records(Protocol):
    """Where results are stored."""

    def record(self, results: Mapping[str, Sequence[Result]]) -> set[str]:
        """Store results by ticket; gives the tickets that were not stored."""
        ...


class Books:
    """Results that wait to be stored; `settled` is called with each ticket once they are."""

    def __init__(self, records: Records, settled: Callable[[str], None]) -> None:
        self._records = records
        self._settled = settled
        self._waiting: dict[str, Sequence[Result]] = {}
        self._writing = False
        self._pace = Pace(_PACE_SECONDS)

    def add(self, code: str, results: Sequence[Result]) -> None:
        """Take results over; a ticket has none waiting already, as it is in one hand at a time."""
        self._waiting[code] = results
        if not self._writing:
            self._writing = True
            eventlet.spawn_n(self._write)

    def _write(self) -> None:
        try:
            while self._waiting:
                self._pace.wait()
                batch = dict(list(self._waiting.items())[:_MOST])
                unsettled = self._record(batch)
                for code in batch.keys() - unsettled:
                    del self._waiting[code]
                    self._settled(code)
                if unsettled:
                    eventlet.sleep(_PAUSE_SECONDS)
        finally:
            self._writing = False

    def _record(self, batch: Mapping[str, Sequence[Result]]) -> set[str]:
        try:
            return self._records.record(batch)
        except DomainError as error:
            log.warning("outcomes_wait", tickets=len(batch), error=type(error).__name__)
            return set(batch)

"""Keeps snapshots up to the journal: what was committed and not folded is found and mended.

A process that dies between the commit and the snapshot leaves one behind; lists and due times
would miss what it decided. One replica looks at recent commits every second or so.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import eventlet
from nameko.extensions import SharedExtension
from pymongo.errors import PyMongoError

from chassis.clock import instant_of
from chassis.errors import DomainError
from chassis.journal.commit import split_id
from chassis.journal.journal import Journal
from chassis.journal.lookback import Lookback
from chassis.logging import get_logger

log = get_logger()

_PAUSE_SECONDS = 1.0
#: Younger commits are probably being folded right now, or written a moment later.
_GRACE = timedelta(seconds=2)
#: How far back the first look goes: snapshots written by a dead process are that old at most.
_FIRST_LOOK_SECONDS = 600.0
_PART = 500


class Mender(SharedExtension):
    """The loop that mends; runs where the lease is held."""

    journal = Journal()

    def start(self) -> None:
        """Begin."""
        self.runtime = self.journal.runtime
        self.container.spawn_managed_thread(self._mend_for_ever)

    def _mend_for_ever(self) -> None:
        self.runtime.wait_ready()
        lease = self.runtime.leases.lease("mending")
        lookback = Lookback(
            self.runtime.settings.relay_lookback_seconds, near_seconds=2 * _GRACE.total_seconds()
        )
        leading, looked_at = False, 0.0
        while True:
            eventlet.sleep(_PAUSE_SECONDS)
            if not lease.acquire():
                leading = False
                continue
            now = self.runtime.clock.timestamp()
            if not leading:
                leading, looked_at = True, now - _FIRST_LOOK_SECONDS
                lookback.begin(looked_at)
            try:
                self._mend(instant_of(lookback.since(now)), instant_of(now) - _GRACE)
                looked_at = now
            except (PyMongoError, DomainError) as error:
                lookback.begin(looked_at)
                log.warning("mending_waits", error=type(error).__name__)

    def _mend(self, since: datetime, until: datetime) -> None:
        newest: dict[str, int] = {}
        for name in self.journal.ids_since(since, until):
            stream, version = split_id(name)
            newest[stream] = max(version, newest.get(stream, 0))
        for kind in self.journal.kinds:
            mine = {name: version for name, version in newest.items() if kind.keeps(name)}
            names = list(mine)
            for start in range(0, len(names), _PART):
                part = names[start : start + _PART]
                have = kind.snapshots.versions(part)
                behind = [name for name in part if have.get(name, 0) < mine[name]]
                if behind:
                    log.info("snapshots_mended", streams=kind.mend(behind))

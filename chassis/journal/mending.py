"""Keeps snapshots up to the journal: what was committed and not folded is found and mended.

A process that dies between the commit and the snapshot leaves one behind; lists and due times
would miss what it decided. One replica looks at recent commits every second or so.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import eventlet
from nameko.extensions import SharedExtension
from pymongo.errors import PyMongoError

from chassis.errors import DomainError
from chassis.journal.commit import split_id
from chassis.journal.journal import Journal
from chassis.lease import Lease
from chassis.logging import get_logger

log = get_logger()

_PAUSE_SECONDS = 1.0
#: Younger commits are probably being folded right now.
_GRACE = timedelta(seconds=1)
#: How far back the first look goes: snapshots written by a dead process are that old at most.
_FIRST_LOOK = timedelta(minutes=10)
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
        lease = Lease(self.runtime.database, "mending", self.runtime.settings.lease_seconds)
        # As far as the relay looks back, for the same reason: commits that came late.
        overlap = timedelta(seconds=self.runtime.settings.relay_lookback_seconds)
        since = None
        while True:
            eventlet.sleep(_PAUSE_SECONDS)
            if not lease.acquire():
                since = None
                continue
            now = self.runtime.clock.now()
            try:
                self._mend(since or now - _FIRST_LOOK, now - _GRACE)
                since = now - overlap
            except (PyMongoError, DomainError) as error:
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

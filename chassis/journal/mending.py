"""Keeps snapshots up to the journal: what was committed and not folded is found and mended.

A process that dies between the commit and the snapshot leaves one behind; lists and due times
would miss what it decided, and an alarm would not come. One replica looks at recent commits every
second or so, and keeps how far it has looked: whoever begins goes on from there, however long ago
it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import eventlet
from nameko.extensions import SharedExtension
from pymongo.errors import PyMongoError

from chassis.clock import instant_of
from chassis.errors import DomainError
from chassis.journal.commit import split_id
from chassis.journal.journal import Journal
from chassis.journal.lookback import Lookback
from chassis.journal.marks import Mark
from chassis.logging import get_logger

log = get_logger()

_PAUSE_SECONDS = 1.0
#: Younger commits are probably being folded right now, or written a moment later.
_GRACE = timedelta(seconds=2)
#: How far back the first look goes at least.
_FIRST_LOOK_SECONDS = 600.0
#: After a long time without looks, so much of it is looked at together.
_SPAN = timedelta(minutes=10)
_MARK = "mended"
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
        mark = Mark(self.runtime.database, _MARK)
        leading, looked_at = False, 0.0
        while True:
            if not lease.acquire():
                leading = False
                eventlet.sleep(_PAUSE_SECONDS)
                continue
            now = self.runtime.clock.timestamp()
            try:
                if not leading:
                    looked_at = min(mark.kept() or now, now - _FIRST_LOOK_SECONDS)
                    lookback.begin(looked_at)
                    leading = True
                for since, until in spans(
                    instant_of(lookback.since(now)), instant_of(now) - _GRACE
                ):
                    self._mend(since, until)
                looked_at = now
                mark.keep(now)
            except (PyMongoError, DomainError) as error:
                lookback.begin(looked_at)
                log.warning("mending_waits", error=type(error).__name__)
            eventlet.sleep(_PAUSE_SECONDS)

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
                    kind.mend(behind)
                    log.info("snapshots_mended", streams=len(behind))


def spans(since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Give a time in parts, oldest first: of a long one not all commits are held in memory."""
    while since < until:
        end = min(since + _SPAN, until)
        yield since, end
        since = end

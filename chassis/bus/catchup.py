"""Two loops that heal: one tries lagging streams again, one compares with the journals.

So a lost message, an emptied broker or an hour without a broker all come right by themselves; and
while the broker is away the second loop alone carries the work from service to service.
"""

from __future__ import annotations

import time
from typing import Any

import eventlet
from nameko.extensions import SharedExtension
from pymongo.errors import PyMongoError

from chassis.bus.consumer import Consumer
from chassis.bus.inbox import Inbox
from chassis.errors import DomainError
from chassis.lease import Lease
from chassis.logging import get_logger

log = get_logger()

#: Segments younger than this are probably still on their way through the broker.
_GRACE_SECONDS = 5.0
#: For so long a walk may be put off while the broker brings more than can be handled at once: what
#: a walk would find behind is then what waits in the queues.
_PUT_OFF_SECONDS = 300.0
#: Without a message for this long the broker counts as silent.
_SILENT_SECONDS = 5.0
_PAGE = 2000
#: Pause between two declarations of what the broker may have lost.
_DECLARE_SECONDS = 10.0


class Healer(SharedExtension):
    """Keeps a consumer from staying behind."""

    inbox = Inbox()
    consumer = Consumer()

    def __init__(self) -> None:
        self.stopping = False
        self._found: dict[str, bool] = {}
        self._declared_at = float("-inf")

    def start(self) -> None:
        """Begin, where the process handles events."""
        self.runtime = self.inbox.runtime
        if "events" in self.runtime.settings.roles:
            self.container.spawn_managed_thread(self._retry_for_ever)
            for source in sorted(self.inbox.sources):
                self.container.spawn_managed_thread(
                    lambda source=source: self._walk_for_ever(source)
                )

    # -- lagging streams -------------------------------------------------------------------------

    def _retry_for_ever(self) -> None:
        self.runtime.wait_ready()
        while not self.stopping:
            try:
                row = self.inbox.lagging.claim()
                if row is None:
                    eventlet.sleep(0.5)
                else:
                    self._retry(row["source"], row["stream"])
            except (PyMongoError, DomainError):
                eventlet.sleep(1)

    def _retry(self, source: str, stream: str) -> None:
        try:
            error = self.inbox.catch_up(source, [stream]).get(stream)
        except DomainError as failure:
            error = failure
        if error is None:
            self.inbox.lagging.clear(source, stream)
            log.info("caught_up", source=source, stream=stream)
        else:
            self.inbox.lagging.note(source, stream, error)

    # -- the walk along the journals -------------------------------------------------------------

    def _walk_for_ever(self, source: str) -> None:
        self.runtime.wait_ready()
        lease = self.runtime.leases.lease(f"walk:{source}")
        reachable = True
        walked_at, began = 0.0, time.monotonic()
        while not self.stopping:
            eventlet.sleep(min(self.runtime.settings.walk_away_seconds, lease.seconds / 2))
            if not lease.acquire():
                continue
            if time.monotonic() - walked_at < self._pause(source):
                continue
            if self.consumer.behind and time.monotonic() - max(walked_at, began) < _PUT_OFF_SECONDS:
                continue
            try:
                self._walk(source, lease)
                walked_at = time.monotonic()
                if not reachable:
                    self.inbox.lagging.wake(source)
                reachable = True
            except (DomainError, PyMongoError) as error:
                if reachable:
                    log.warning("walk_failed", source=source, error=str(error)[:80])
                reachable = False

    def _pause(self, source: str) -> float:
        settings = self.runtime.settings
        silent = time.monotonic() - self.consumer.heard_at > _SILENT_SECONDS
        hurry = not self.consumer.connected or silent or self._found.get(source, False)
        return settings.walk_away_seconds if hurry else settings.walk_seconds

    def _walk(self, source: str, lease: Lease) -> None:
        """Catch up whatever the source has and we have not, from where the last walk ended."""
        walks = self.runtime.database["walks"]
        kept: dict[str, Any] = walks.find_one({"_id": source}) or {}
        position = kept.get("position", 0)
        grace = _GRACE_SECONDS if self.consumer.connected else 0.0
        self._found[source] = False
        while lease.acquire():
            page = self.inbox.heads(source, position, _PAGE, older=grace)
            if kept.get("epoch") not in (None, page.epoch):
                log.error("journal_restored", source=source)
                position, kept = 0, {}
                continue
            kept = {"epoch": page.epoch}
            if page.next == position:
                break
            self._catch_up(source, page.heads)
            position = page.next
            walks.update_one(
                {"_id": source},
                {"$set": {"position": position, "epoch": page.epoch}},
                upsert=True,
            )
            if page.end:
                break

    def _catch_up(self, source: str, heads: dict[str, int]) -> None:
        lagging = self.inbox.lagging.streams(source)
        behind = [name for name in self.inbox.behind(source, heads) if name not in lagging]
        if not behind:
            return
        log.info("walk_found_behind", source=source, streams=len(behind))
        self._found[source] = True
        if self.consumer.connected and time.monotonic() - self._declared_at > _DECLARE_SECONDS:
            # The broker is there and brings nothing: a binding may have vanished.
            self._declared_at = time.monotonic()
            self.consumer.declare_again()
        for stream, error in self.inbox.catch_up(source, behind).items():
            if error is not None:
                self.inbox.lagging.note(source, stream, error)

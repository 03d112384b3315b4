"""Shares the subscriptions among the processes there are, and keeps each going by its lease."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Protocol

import eventlet

from chassis.errors import DomainError
from chassis.lease import HOLDER, Lease
from chassis.logging import get_logger
from chassis.metrics import metric
from services.notify.domain.posting import keeper
from services.notify.domain.webhooks import Webhook
from services.notify.webhooks.lane import House, Lane, Way

log = get_logger()

_LOOK_SECONDS = 1.0
_LAST_LOOK_SECONDS = 0.01


class Leases(Protocol):
    """Where leases are taken."""

    def lease(self, name: str) -> Lease: ...


class Known(Protocol):
    """Where subscriptions are looked up; every method raises Unavailable."""

    def active(self) -> Sequence[Webhook]: ...
    def told(self, webhook: Webhook) -> None: ...


class Engine:
    """What one process posts; costs one small question a second where nobody subscribes."""

    def __init__(
        self,
        known: Known,
        workers: Callable[[], Sequence[str]],
        leases: Leases,
        house: House,
        *,
        way: Callable[[], Way],
        tell: Callable[[Webhook], None],
    ) -> None:
        self._known = known
        #: Who posts: this process is one of them from the first question on.
        self._workers = workers
        self._leases = leases
        self._house = house
        self._way = way
        self._tell = tell
        self._lanes: dict[str, Lane] = {}
        self._wanted: dict[str, Lease] = {}
        self._every_lease: dict[str, Lease] = {}
        self._webhooks: dict[str, Webhook] = {}
        self._looked_at = float("-inf")

    def run(self) -> None:
        """Look who subscribes, renew leases, and begin what is ours; raises Unavailable."""
        ended = [name for name, lane in self._lanes.items() if lane.ended]
        # One that has ended may have been stopped: it is not begun again on an old look.
        if ended or time.monotonic() - self._looked_at >= _LOOK_SECONDS:
            self._looked_at = time.monotonic()
            self._look()
        for name in ended:
            del self._lanes[name]
            if name not in self._wanted:
                self._every_lease[name].release()
        for name, lease in self._wanted.items():
            if lease.acquire() and not self._house.draining():
                self._begin(name, lease)
        waiting = sum(lane.waiting for lane in self._lanes.values())
        metric("peygir_webhook_waiting").set(waiting)

    def put_down(self) -> None:
        """Begin nothing more, and wait until nothing is in hand."""
        for lane in self._lanes.values():
            lane.leave()
        while not all(lane.ended for lane in self._lanes.values()):
            eventlet.sleep(_LAST_LOOK_SECONDS)
        for name in self._lanes:
            self._every_lease[name].release()

    def _look(self) -> None:
        active = self._known.active()
        members = self._workers() if active else ()
        mine = [webhook for webhook in active if keeper(webhook.id, members) == HOLDER]
        stopped = [webhook for webhook in active if webhook.stopped is not None]
        metric("peygir_webhooks_stopped").set(len(stopped))
        for webhook in mine:
            if webhook.stopped is not None and not webhook.stopped.told:
                self._have_told(webhook)
        self._webhooks = {webhook.id: webhook for webhook in mine if webhook.runs}
        self._wanted = {name: self._lease(name) for name in self._webhooks}
        for name, lane in self._lanes.items():
            if name in self._webhooks:
                lane.webhook = self._webhooks[name]
            else:
                lane.leave()

    def _begin(self, name: str, lease: Lease) -> None:
        if name not in self._lanes:
            lane = Lane(self._webhooks[name], self._house, self._way(), lease)
            self._lanes[name] = lane
            eventlet.spawn_n(lane.run)

    def _lease(self, name: str) -> Lease:
        if name not in self._every_lease:
            self._every_lease[name] = self._leases.lease(f"webhook:{name}")
        return self._every_lease[name]

    def _have_told(self, webhook: Webhook) -> None:
        try:
            self._tell(webhook)
            self._known.told(webhook)
        except DomainError as error:
            log.warning("webhook_stop_untold", webhook=webhook.id, error=error.code)

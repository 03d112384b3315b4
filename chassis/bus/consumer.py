"""Taking events from the broker: one channel per source, and one loop that handles all of them.

A batch is what has arrived from a source, over all its partitions that are ours; it is
acknowledged as one once everything in it is applied or noted. Sources take turns, who opens
tickets first: what follows finds them open; or they are handled side by side, where the receiver
makes one of what comes together.
"""

from __future__ import annotations

import contextlib
import time

import eventlet
from amqp import Connection
from eventlet.event import Event as Signal
from nameko.extensions import SharedExtension

from chassis.bus.connection import BROKEN, connect
from chassis.bus.inbox import Inbox
from chassis.bus.lane import Lane
from chassis.bus.sharing import Census, surplus
from chassis.bus.topology import declare, pairs
from chassis.logging import get_logger
from chassis.metrics import metric
from chassis.pace import Pace

log = get_logger()
#: A broker that falls silent while queues are declared would be waited for without an end.
_ATTACH_SECONDS = 30.0
#: Between two attempts to reach a broker that is away; each costs next to nothing.
_LONGEST_PAUSE_SECONDS = 1.0
#: How long a full batch says that more waits. Right after it has been acknowledged little has come
#: yet: to hold that would leave the broker waiting for us, and us for it.
_BEHIND_SECONDS = 0.2


class Consumer(SharedExtension):
    """Receives the events that its service wants; connects again for ever."""

    inbox = Inbox()

    def __init__(self) -> None:
        self.connected = False
        self.heard_at = 0.0
        #: Least time between the beginnings of two batches of one source.
        self.pace_seconds = 0.0
        #: How many usual batches make one.
        self.batches = 1
        self._full_at = float("-inf")
        #: Whether sources are handled side by side, for a receiver that takes them together.
        self.side_by_side = False
        self._connection: Connection | None = None
        self._lanes: list[Lane] = []
        self._news = Signal()
        self._busy = False
        self._stopping = False

    def start(self) -> None:
        """Begin, where the process has the role."""
        self.runtime = self.inbox.runtime
        self.batch_size = self.runtime.settings.batch_size * self.batches
        self.pace_seconds = max(self.pace_seconds, self.runtime.settings.pace_seconds)
        if "events" in self.runtime.settings.roles:
            if "calls" not in self.runtime.settings.roles:
                self.runtime.ready_when("consumers_attached", lambda: self.connected)
            self.container.spawn_managed_thread(self._run)
            self.container.spawn_managed_thread(self._work)
            self.container.spawn_managed_thread(self._share)

    @property
    def behind(self) -> bool:
        """Whether more arrives than is handled in one go: a batch was full a moment ago."""
        return time.monotonic() - self._full_at < _BEHIND_SECONDS

    def knows(self, event_type: str) -> bool:
        """Tell whether the type is one that is handled here."""
        assert self.inbox.receiver is not None  # noqa: S101 - set before anything is consumed
        return self.inbox.receiver.wants(event_type)

    def wake(self) -> None:
        """Have what has arrived handled."""
        if not self._news.ready():
            self._news.send()

    def drain(self, deadline: float) -> bool:
        """Receive no more, finish what is in hand, acknowledge it, and leave.

        Gives whether everything in hand was finished in time.
        """
        self._stopping = True
        for lane in self._lanes:
            try:
                lane.cancel()
            except BROKEN:
                break
        while self._busy and time.monotonic() < deadline:
            eventlet.sleep(0.02)
        finished = not self._busy
        self.lose_connection()
        return finished

    def declare_again(self) -> None:
        """Have declared what may be missing, over another connection: ours is being read."""
        try:
            with (
                eventlet.Timeout(_ATTACH_SECONDS, TimeoutError),
                connect(self.runtime.settings.amqp_uri.get_secret_value()) as connection,
            ):
                partitions = self.runtime.settings.partitions
                declare(connection.channel(), partitions, pairs(self.runtime.service))
        except BROKEN as error:
            log.warning("not_declared", error=type(error).__name__)

    def lose_connection(self) -> None:
        """Drop the connection; everything unacknowledged goes back."""
        connection, self._connection = self._connection, None
        self.connected = False
        self._full_at = float("-inf")
        for lane in self._lanes:
            lane.closed = True
        if connection is not None:
            try:
                connection.collect()
            except BROKEN:
                log.debug("broker_connection_lost")

    def _run(self) -> None:
        self.runtime.wait_ready()
        pause = 0.2
        while not self._stopping:
            try:
                self._attach()
                pause = 0.2
                self._receive()
            except BROKEN as error:
                if not self._stopping:
                    log.warning("broker_away", error=type(error).__name__)
            self.lose_connection()
            metric("peygir_broker_connected").set(0)
            if not self._stopping:
                eventlet.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)

    def _work(self) -> None:
        pace = Pace(self.pace_seconds)
        while True:
            self._news.wait()
            if not self.behind:
                pace.wait()
            self._news = Signal()
            self._busy = True
            try:
                if self._handle():
                    self._full_at = time.monotonic()
            finally:
                self._busy = False

    def _handle(self) -> bool:
        """Let every lane handle one batch of what has arrived.

        Gives whether a full batch was among them: then waiting would gather no more.
        """
        lanes = [lane for lane in self._lanes if lane.has_news]
        if self.side_by_side:
            threads = [eventlet.spawn(self._handle_lane, lane) for lane in lanes]
            full = [thread.wait() for thread in threads]
        else:
            full = [self._handle_lane(lane) for lane in lanes]
        if any(lane.has_news for lane in self._lanes):
            self.wake()
        return any(full)

    def _handle_lane(self, lane: Lane) -> bool:
        try:
            return lane.handle()
        except BROKEN as error:
            # The broker gives everything unacknowledged out again; the cursors know it.
            log.warning("acknowledging_failed", error=type(error).__name__)
            if not lane.closed:
                self.lose_connection()
            return False

    def _share(self) -> None:
        """Give partitions away while this process has more than its part of them."""
        self.runtime.wait_ready()
        settings = self.runtime.settings
        census = Census(settings.amqp_uri.get_secret_value(), self.runtime.service)
        while not self._stopping:
            replicas = census.take()
            active = {partition for lane in self._lanes for partition in lane.active}
            for partition in surplus(active, settings.partitions, replicas):
                log.info("partition_given_away", partition=partition, replicas=replicas)
                with contextlib.suppress(*BROKEN):
                    for lane in self._lanes:
                        lane.give_away(partition)

    def _attach(self) -> None:
        with eventlet.Timeout(_ATTACH_SECONDS, TimeoutError):
            self._open_lanes()
        self.connected = True
        self.heard_at = time.monotonic()
        metric("peygir_broker_connected").set(1)
        log.info("consumers_attached", sources=len(self._lanes))

    def _open_lanes(self) -> None:
        connection = connect(self.runtime.settings.amqp_uri.get_secret_value())
        self._connection = connection
        wanted = pairs(self.runtime.service)
        partitions = self.runtime.settings.partitions
        declare(connection.channel(), partitions, wanted)
        self._lanes = []
        for pair in wanted:
            lane = Lane(self, pair, connection.channel())
            self._lanes.append(lane)
            lane.open(partitions)

    def _receive(self) -> None:
        while (connection := self._connection) is not None:
            with contextlib.suppress(TimeoutError):
                connection.drain_events(timeout=1)
            connection.heartbeat_tick()

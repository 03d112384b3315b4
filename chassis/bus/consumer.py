"""Taking events from the broker: one channel per source, and one loop that handles all of them.

A batch is what has arrived from a source, over all its partitions that are ours; it is
acknowledged as one once everything in it is applied or noted. Sources take turns, who opens
tickets first: what follows finds them open; or they are handled side by side, where the receiver
makes one of what comes together. While our own database is away the batch is held and
tried again, and the broker sends no more than the channel's prefetch.
"""

from __future__ import annotations

import contextlib
import time
from collections import deque
from typing import Any

import eventlet
from amqp import Connection
from eventlet.event import Event as Signal
from nameko.extensions import SharedExtension
from pymongo.errors import PyMongoError

from chassis.bus.connection import BROKEN, connect
from chassis.bus.inbox import Inbox
from chassis.bus.topology import Pair, declare, pairs
from chassis.errors import DomainError
from chassis.logging import get_logger
from chassis.metrics import metric
from chassis.pace import Pace
from contracts.envelope import CloudEvent, UnreadableEvent, decode_batch

log = get_logger()
_HOLD_SECONDS = (0.2, 0.5, 1.0, 2.0)
#: A broker that falls silent while queues are declared would be waited for without an end.
_ATTACH_SECONDS = 30.0
#: Unacknowledged messages of one queue; each may hold many events.
_PREFETCH = 100


class Lane:
    """The queues of one source, and what has arrived from them."""

    def __init__(self, consumer: Consumer, pair: Pair, channel: Any) -> None:
        self._consumer = consumer
        self._pair = pair
        self._channel = channel
        self._arrived: deque[Any] = deque()
        self._cancelled = False
        #: The queues that are consumed, by consumer tag.
        self._queues: dict[str, str] = {}
        self.closed = False

    def open(self, partitions: int) -> None:
        """Begin to receive."""
        self._channel.basic_qos(0, _PREFETCH, a_global=False)
        for partition in range(partitions):
            queue = self._pair.queue(partition)
            self._queues[self._channel.basic_consume(queue, callback=self._arrive)] = queue

    def cancel(self) -> None:
        """Receive no more, and give back what nobody has begun with."""
        self._cancelled = True
        self._arrived.clear()
        for tag in self._queues:
            # Not waiting for the answer: another green thread is reading from the connection.
            self._channel.basic_cancel(tag, nowait=True)

    @property
    def has_news(self) -> bool:
        """Whether something waits to be handled."""
        return bool(self._arrived)

    def _arrive(self, message: Any) -> None:
        self._consumer.heard_at = time.monotonic()
        if not self._cancelled:
            self._arrived.append(message)
            self._consumer.wake()

    def handle(self) -> None:
        """Apply what has arrived, up to the most that one batch may hold, and acknowledge it."""
        events: list[CloudEvent] = []
        last = 0
        while self._arrived and len(events) < self._consumer.batch_size:
            message = self._arrived.popleft()
            found = self._read(message)
            if found is not None:
                events += found
                last = message.delivery_tag
        if not last:
            return
        metric("peygir_event_batch_size", self._pair.source).observe(len(events))
        if self._apply(events):
            self._channel.basic_ack(last, multiple=True)

    def _apply(self, events: list[CloudEvent]) -> bool:
        """Have events applied, however long our own database is away; False when we must end."""
        attempt = 0
        while not self.closed:
            try:
                self._consumer.inbox.process(self._pair.source, events)
            except (DomainError, PyMongoError) as error:
                if not attempt:
                    log.warning("batch_held", source=self._pair.source, error=str(error)[:80])
            except Exception:
                # A fault of our own must not end the loop: the queues would stand still for ever.
                log.exception("batch_held", source=self._pair.source)
            else:
                return True
            eventlet.sleep(_HOLD_SECONDS[min(attempt, len(_HOLD_SECONDS) - 1)])
            attempt += 1
        return False

    def _read(self, message: Any) -> list[CloudEvent] | None:
        """Decode a message; what holds no events goes to the dead queue with its body."""
        body = message.body if isinstance(message.body, bytes) else str(message.body).encode()
        try:
            return [self._checked(event) for event in decode_batch(body)]
        except (UnreadableEvent, LookupError) as error:
            metric("peygir_events_undecodable_total", self._pair.source).inc()
            log.warning(
                "message_undecodable",
                queue=self._queues.get(message.delivery_info["consumer_tag"]),
                message_id=str(message.properties.get("message_id"))[:80],
                reason=type(error).__name__,
            )
            self._channel.basic_reject(message.delivery_tag, requeue=False)
            return None

    def _checked(self, event: CloudEvent) -> CloudEvent:
        """Give the event if it is what it should be; raises UnreadableEvent or LookupError."""
        if event.service != self._pair.source:
            raise UnreadableEvent("from another source")
        if self._consumer.knows(event.event_type):
            event.payload()
        return event


class Consumer(SharedExtension):
    """Receives the events that its service wants; connects again for ever."""

    inbox = Inbox()

    def __init__(self) -> None:
        self.connected = False
        self.heard_at = 0.0
        #: Least time between the beginnings of two batches of one source.
        self.pace_seconds = 0.0
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
        self.batch_size = self.runtime.settings.batch_size
        self.pace_seconds = max(self.pace_seconds, self.runtime.settings.pace_seconds)
        if "events" in self.runtime.settings.roles:
            if "calls" not in self.runtime.settings.roles:
                self.runtime.ready_when("consumers_attached", lambda: self.connected)
            self.container.spawn_managed_thread(self._run)
            self.container.spawn_managed_thread(self._work)

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
                pause = min(pause * 2, 3.0)

    def _work(self) -> None:
        pace = Pace(self.pace_seconds)
        while True:
            self._news.wait()
            pace.wait()
            self._news = Signal()
            self._busy = True
            try:
                self._handle()
            finally:
                self._busy = False

    def _handle(self) -> None:
        """Let every lane handle one batch of what has arrived."""
        lanes = [lane for lane in self._lanes if lane.has_news]
        if self.side_by_side:
            for thread in [eventlet.spawn(self._handle_lane, lane) for lane in lanes]:
                thread.wait()
        else:
            for lane in lanes:
                self._handle_lane(lane)
        if any(lane.has_news for lane in self._lanes):
            self.wake()

    def _handle_lane(self, lane: Lane) -> None:
        try:
            lane.handle()
        except BROKEN as error:
            # The broker gives everything unacknowledged out again; the cursors know it.
            log.warning("acknowledging_failed", error=type(error).__name__)
            if not lane.closed:
                self.lose_connection()

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

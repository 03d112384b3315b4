"""Taking events from the broker: one channel per queue, one batch in flight on each.

A batch is what has arrived, never waiting for more; it is acknowledged as one once everything in
it is applied or noted. While our own database is away the batch is held and tried again, and the
broker sends no more than the channel's prefetch.
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
from contracts.envelope import CloudEvent, UnreadableEvent, decode

log = get_logger()
_HOLD_SECONDS = (0.2, 0.5, 1.0, 2.0)
#: A broker that falls silent while queues are declared would be waited for without an end.
_ATTACH_SECONDS = 30.0


class Partition:
    """One queue: what has arrived from it, and the loop that handles it."""

    def __init__(self, consumer: Consumer, pair: Pair, queue: str, channel: Any) -> None:
        self._consumer = consumer
        self._pair = pair
        self._queue = queue
        self._channel = channel
        self._arrived: deque[Any] = deque()
        self._news = Signal()
        self.busy = False
        self.closed = False
        self._cancelled = False
        self._tag = ""

    def open(self) -> None:
        """Begin to receive."""
        self._channel.basic_qos(0, self._consumer.batch_size, a_global=False)
        self._tag = self._channel.basic_consume(self._queue, callback=self._arrive)
        eventlet.spawn_n(self._work)

    def cancel(self) -> None:
        """Receive no more, and give back what nobody has begun with."""
        self._cancelled = True
        self._arrived.clear()
        # Not waiting for the answer: another green thread is reading from the connection.
        self._channel.basic_cancel(self._tag, nowait=True)

    def close(self) -> None:
        """Let the loop end."""
        self.closed = True
        self._wake()

    @property
    def idle(self) -> bool:
        """Whether nothing is under way."""
        return not self.busy and not self._arrived

    def _arrive(self, message: Any) -> None:
        self._consumer.heard_at = time.monotonic()
        if not self._cancelled:
            self._arrived.append(message)
            self._wake()

    def _wake(self) -> None:
        if not self._news.ready():
            self._news.send()

    def _work(self) -> None:
        while not self.closed:
            if not self._arrived:
                self._news.wait()
                self._news = Signal()
                continue
            self.busy = True
            count = min(len(self._arrived), self._consumer.batch_size)
            batch = [self._arrived.popleft() for _ in range(count)]
            try:
                self._handle(batch)
            except BROKEN as error:
                # The broker gives everything unacknowledged out again; the cursors know it.
                log.warning("acknowledging_failed", error=type(error).__name__)
                if not self.closed:
                    self._consumer.lose_connection()
                return
            finally:
                self.busy = False

    def _handle(self, batch: list[Any]) -> None:
        events = []
        last = 0
        for message in batch:
            event = self._read(message)
            if event is not None:
                events.append(event)
                last = message.delivery_tag
        if not events:
            return
        metric("peygir_event_batch_size", self._pair.source).observe(len(events))
        attempt = 0
        while not self.closed:
            try:
                self._consumer.inbox.process(self._pair.source, events)
            except (DomainError, PyMongoError) as error:
                if not attempt:
                    log.warning("batch_held", source=self._pair.source, error=str(error)[:80])
            except Exception:
                # A fault of our own must not end the loop: the queue would stand still for ever.
                log.exception("batch_held", source=self._pair.source)
            else:
                self._channel.basic_ack(last, multiple=True)
                return
            eventlet.sleep(_HOLD_SECONDS[min(attempt, len(_HOLD_SECONDS) - 1)])
            attempt += 1

    def _read(self, message: Any) -> CloudEvent | None:
        """Decode a message; what is no event goes to the dead queue with its body."""
        body = message.body if isinstance(message.body, bytes) else str(message.body).encode()
        try:
            return self._checked(decode(body))
        except (UnreadableEvent, LookupError) as error:
            metric("peygir_events_undecodable_total", self._pair.source).inc()
            log.warning(
                "message_undecodable",
                queue=self._queue,
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
        self._connection: Connection | None = None
        self._partitions: list[Partition] = []
        self._stopping = False

    def start(self) -> None:
        """Begin, where the process has the role."""
        self.runtime = self.inbox.runtime
        self.batch_size = self.runtime.settings.batch_size
        if "events" in self.runtime.settings.roles:
            if "calls" not in self.runtime.settings.roles:
                self.runtime.ready_when("consumers_attached", lambda: self.connected)
            self.container.spawn_managed_thread(self._run)

    def knows(self, event_type: str) -> bool:
        """Tell whether the type is one that is handled here."""
        assert self.inbox.receiver is not None  # noqa: S101 - set before anything is consumed
        return self.inbox.receiver.wants(event_type)

    def drain(self, deadline: float) -> bool:
        """Receive no more, finish what is in hand, acknowledge it, and leave.

        Gives whether everything in hand was finished in time.
        """
        self._stopping = True
        for partition in self._partitions:
            try:
                partition.cancel()
            except BROKEN:
                break
        while time.monotonic() < deadline and not all(item.idle for item in self._partitions):
            eventlet.sleep(0.02)
        finished = all(item.idle for item in self._partitions)
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
        for partition in self._partitions:
            partition.close()
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

    def _attach(self) -> None:
        with eventlet.Timeout(_ATTACH_SECONDS, TimeoutError):
            self._open_partitions()
        self.connected = True
        self.heard_at = time.monotonic()
        metric("peygir_broker_connected").set(1)
        log.info("consumers_attached", queues=len(self._partitions))

    def _open_partitions(self) -> None:
        connection = connect(self.runtime.settings.amqp_uri.get_secret_value())
        self._connection = connection
        wanted = pairs(self.runtime.service)
        partitions = self.runtime.settings.partitions
        declare(connection.channel(), partitions, wanted)
        self._partitions = []
        for pair in wanted:
            for number in range(partitions):
                partition = Partition(self, pair, pair.queue(number), connection.channel())
                self._partitions.append(partition)
                partition.open()

    def _receive(self) -> None:
        while (connection := self._connection) is not None:
            with contextlib.suppress(TimeoutError):
                connection.drain_events(timeout=1)
            connection.heartbeat_tick()

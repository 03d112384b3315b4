"""The queues of one source: what has arrived from them is handled as one and acknowledged as one.

While our own database is away a batch is held and tried again, and the broker sends no more than
the channel's prefetch.
"""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import eventlet
from pymongo.errors import PyMongoError

from chassis.bus.topology import Pair
from chassis.errors import DomainError
from chassis.logging import get_logger
from chassis.metrics import metric, watch
from contracts.envelope import CloudEvent, UnreadableEvent, decode_batch

if TYPE_CHECKING:
    from chassis.bus.consumer import Consumer

log = get_logger()
_HOLD_SECONDS = (0.2, 0.5, 1.0, 2.0)
#: Unacknowledged messages of one queue; each may hold many events.
_PREFETCH = 100


class Lane:
    """The queues of one source, and what has arrived from them."""

    def __init__(self, consumer: Consumer, pair: Pair, channel: Any) -> None:
        self._consumer = consumer
        self._pair = pair
        self._channel = channel
        self._arrived: deque[Any] = deque()
        #: What is being applied.
        self._in_hand: list[CloudEvent] = []
        self._cancelled = False
        #: The consumer tag of each partition.
        self._tags: dict[int, str] = {}
        #: The partitions that messages come from, until they are given away.
        self.active: set[int] = set()
        #: How often each was given away.
        self._turns: defaultdict[int, int] = defaultdict(int)
        self.closed = False
        watch(self._waiting_seconds, "peygir_events_waiting_seconds", pair.source)
        # Shown from the start: a rise from nothing is none that a rate could tell.
        metric("peygir_events_undecodable_total", pair.source)
        metric("peygir_events_caught_up_total", pair.source)

    def open(self, partitions: int) -> None:
        """Begin to receive."""
        self._channel.basic_qos(0, _PREFETCH, a_global=False)
        for partition in range(partitions):
            self._tags[partition] = self._channel.basic_consume(
                self._pair.queue(partition), callback=self._receiver(partition)
            )

    def give_away(self, partition: int) -> None:
        """Have another process receive from a partition: come again behind all others."""
        self.active.discard(partition)
        self._turns[partition] += 1
        tag = f"{self._pair.source}.{partition}.{self._turns[partition]}"
        # Not waiting for answers: another green thread is reading from the connection.
        self._channel.basic_cancel(self._tags[partition], nowait=True)
        self._tags[partition] = tag
        self._channel.basic_consume(
            self._pair.queue(partition),
            consumer_tag=tag,
            nowait=True,
            callback=self._receiver(partition),
        )

    def cancel(self) -> None:
        """Receive no more, and give back what nobody has begun with."""
        self._cancelled = True
        self._arrived.clear()
        for tag in self._tags.values():
            # Not waiting for the answer: another green thread is reading from the connection.
            self._channel.basic_cancel(tag, nowait=True)

    @property
    def has_news(self) -> bool:
        """Whether something waits to be handled."""
        return bool(self._arrived)

    def _receiver(self, partition: int) -> Callable[[Any], None]:
        turn = self._turns[partition]

        def receive(message: Any) -> None:
            self._consumer.heard_at = time.monotonic()
            if turn == self._turns[partition]:
                self.active.add(partition)
            if not self._cancelled:
                self._arrived.append(message)
                self._consumer.wake()

        return receive

    def handle(self) -> bool:
        """Apply what has arrived, up to the most that one batch may hold, and acknowledge it.

        Gives whether more could not have come: it holds the most events, or as many messages as
        the broker sends before some are acknowledged.
        """
        events: list[CloudEvent] = []
        last = messages = 0
        while self._arrived and len(events) < self._consumer.batch_size:
            message = self._arrived.popleft()
            messages += 1
            found = self._read(message)
            if found is not None:
                events += found
                last = message.delivery_tag
        if not last:
            return False
        metric("peygir_event_batch_size", self._pair.source).observe(len(events))
        if self._apply(events):
            self._channel.basic_ack(last, multiple=True)
        return len(events) >= self._consumer.batch_size or messages >= _PREFETCH

    def _apply(self, events: list[CloudEvent]) -> bool:
        """Have events applied, however long our own database is away; False when we must end."""
        attempt = 0
        self._in_hand = events
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
                self._in_hand = []
                return True
            eventlet.sleep(_HOLD_SECONDS[min(attempt, len(_HOLD_SECONDS) - 1)])
            attempt += 1
        return False

    def _waiting_seconds(self) -> float:
        """Tell how old the first event is that is not applied."""
        if self.closed:
            return 0.0
        first = self._in_hand[:1] or self._first_arrived()
        now = self._consumer.runtime.clock.timestamp()
        return max(0.0, now - first[0].time.timestamp()) if first else 0.0

    def _first_arrived(self) -> list[CloudEvent]:
        if not self._arrived:
            return []
        try:
            return decode_batch(_body_of(self._arrived[0]))[:1]
        except UnreadableEvent:
            return []

    def _read(self, message: Any) -> list[CloudEvent] | None:
        """Decode a message; what holds no events goes to the dead queue with its body."""
        try:
            return [self._checked(event) for event in decode_batch(_body_of(message))]
        except (UnreadableEvent, LookupError) as error:
            metric("peygir_events_undecodable_total", self._pair.source).inc()
            log.warning(
                "message_undecodable",
                partition=message.delivery_info["routing_key"],
                source=self._pair.source,
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


def _body_of(message: Any) -> bytes:
    return message.body if isinstance(message.body, bytes) else str(message.body).encode()

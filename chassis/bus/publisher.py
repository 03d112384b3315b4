"""Publishing with confirms: events packed by partition, many messages on their way, one wait."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import eventlet
from amqp import Connection, Message

from chassis.bus.connection import BROKEN, connect
from chassis.bus.topology import PUBLIC_EXCHANGE, declare, events_exchange, partition_of
from chassis.logging import get_logger
from contracts.envelope import (
    CLOUD_EVENT_TYPE,
    CLOUD_EVENTS_TYPE,
    CloudEvent,
    encode,
    encode_batch,
)

log = get_logger()

#: Messages on their way before their confirms are awaited.
WINDOW = 200
_CONFIRM_SECONDS = 3.0
#: A silent broker stops reading, and then sending blocks as well.
_WINDOW_SECONDS = 5.0
_DECLARE_SECONDS = 30.0
#: What one message holds at most: a consumer keeps a hundred unacknowledged per queue.
_MOST_EVENTS = 100
_MOST_BYTES = 128 * 1024


class Packed(NamedTuple):
    """One message: where it goes, and what it is."""

    exchange: str
    routing_key: str
    id: str
    content_type: str
    body: bytes


class _Parcel:
    """Encoded events of one partition that travel in one message."""

    def __init__(self) -> None:
        self.first = ""
        self.bodies: list[bytes] = []
        self._bytes = 0

    def has_room(self, body: bytes) -> bool:
        """Tell whether one more fits; the first does, however large."""
        fits = len(self.bodies) < _MOST_EVENTS and self._bytes + len(body) <= _MOST_BYTES
        return fits or not self.bodies

    def add(self, event_id: str, body: bytes) -> None:
        """Put an event in; the message has the id of its first."""
        self.first = self.first or event_id
        self.bodies.append(body)
        self._bytes += len(body)


class PublishingFailed(Exception):
    """Raised when the broker did not confirm everything; some may have arrived."""


class Publisher:
    """Publishes to one service's exchange; if `public`, each event for outsiders as well."""

    def __init__(self, uri: str, service: str, partitions: int, *, public: bool = False) -> None:
        self._uri = uri
        self._partitions = partitions
        self._public = public
        self._exchange = events_exchange(service)
        self._connection: Connection | None = None
        self._channel: Any = None
        self._open: set[int] = set()
        self._refused = 0
        self._returned = 0
        self._tag = 0

    def publish(self, events: Sequence[CloudEvent]) -> None:
        """Publish in order; returns when the broker has confirmed every one.

        Raises PublishingFailed.
        """
        messages = list(self._packed(events))
        try:
            with eventlet.Timeout(_DECLARE_SECONDS, PublishingFailed("not connected in time")):
                self._connect()
            for start in range(0, len(messages), WINDOW):
                with eventlet.Timeout(_WINDOW_SECONDS, PublishingFailed("not taken in time")):
                    self._publish_window(messages[start : start + WINDOW])
        except BROKEN as error:
            self.close()
            raise PublishingFailed(type(error).__name__) from error
        except PublishingFailed:
            self.close()
            raise

    def close(self) -> None:
        """Drop the connection."""
        connection, self._connection, self._channel = self._connection, None, None
        if connection is not None:
            try:
                connection.collect()
            except BROKEN:
                log.debug("broker_connection_lost")

    def _connect(self) -> None:
        if self._connection is not None and self._connection.connected:
            return
        self._connection = connect(self._uri, heartbeat=0)
        channel = self._connection.channel()
        declare(channel, self._partitions)
        channel.confirm_select()
        channel.events["basic_ack"].add(self._on_ack)
        channel.events["basic_nack"].add(self._on_nack)
        channel.events["basic_return"].add(self._on_return)
        self._channel, self._tag, self._open = channel, 0, set()
        self._refused = self._returned = 0

    def _packed(self, events: Sequence[CloudEvent]) -> Iterator[Packed]:
        """Give the messages: each partition's events together, as many as one may hold."""
        parcels: defaultdict[int, _Parcel] = defaultdict(_Parcel)
        for event in events:
            body = encode(event)
            partition = partition_of(event.subject, self._partitions)
            if not parcels[partition].has_room(body):
                yield self._message(partition, parcels.pop(partition))
            parcels[partition].add(event.id, body)
            if self._public:
                key = event.event_type
                yield Packed(PUBLIC_EXCHANGE, key, event.id, CLOUD_EVENT_TYPE, body)
        for partition, parcel in parcels.items():
            yield self._message(partition, parcel)

    def _message(self, partition: int, parcel: _Parcel) -> Packed:
        body = encode_batch(parcel.bodies)
        return Packed(self._exchange, str(partition), parcel.first, CLOUD_EVENTS_TYPE, body)

    def _publish_window(self, messages: Sequence[Packed]) -> None:
        for packed in messages:
            self._tag += 1
            self._open.add(self._tag)
            self._channel.basic_publish(
                Message(
                    packed.body,
                    content_type=packed.content_type,
                    delivery_mode=2,
                    message_id=packed.id,
                ),
                exchange=packed.exchange,
                routing_key=packed.routing_key,
                # Nobody need listen to the public exchange; elsewhere a queue must be missing.
                mandatory=packed.exchange != PUBLIC_EXCHANGE,
            )
        self._await_confirms()

    def _await_confirms(self) -> None:
        deadline = time.monotonic() + _CONFIRM_SECONDS
        while self._open:
            left = deadline - time.monotonic()
            if left <= 0:
                raise PublishingFailed("not confirmed in time")
            assert self._connection is not None  # noqa: S101 - opened by _connect
            self._connection.drain_events(timeout=left)
        if self._refused or self._returned:
            raise PublishingFailed(f"{self._refused} refused, {self._returned} unroutable")

    def _on_ack(self, tag: int, multiple: bool) -> None:  # noqa: FBT001 - amqp's signature
        if multiple:
            self._open = {item for item in self._open if item > tag}
        else:
            self._open.discard(tag)

    def _on_nack(self, tag: int, multiple: bool) -> None:  # noqa: FBT001 - amqp's signature
        self._refused += 1
        self._on_ack(tag, multiple)

    def _on_return(self, *_details: Any) -> None:
        self._returned += 1

"""Publishing with confirms in windows: many messages on their way, one wait for all."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import eventlet
from amqp import Connection, Message

from chassis.bus.connection import BROKEN, connect
from chassis.bus.topology import declare, events_exchange
from chassis.logging import get_logger
from contracts.envelope import CLOUD_EVENT_TYPE

log = get_logger()

#: Messages on their way before their confirms are awaited.
WINDOW = 200
_CONFIRM_SECONDS = 3.0
#: A silent broker stops reading, and then sending blocks as well.
_WINDOW_SECONDS = 5.0
_DECLARE_SECONDS = 30.0


class PublishingFailed(Exception):
    """Raised when the broker did not confirm everything; some may have arrived."""


class Publisher:
    """Publishes to one service's exchange."""

    def __init__(self, uri: str, service: str, partitions: int) -> None:
        self._uri = uri
        self._partitions = partitions
        self._exchange = events_exchange(service)
        self._connection: Connection | None = None
        self._channel: Any = None
        self._open: set[int] = set()
        self._refused = 0
        self._returned = 0
        self._tag = 0

    def publish(self, messages: Sequence[tuple[str, str, str, bytes]]) -> None:
        """Publish (routing key, id, subject, body) in order; raises PublishingFailed.

        Returns when the broker has confirmed every one.
        """
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

    def _publish_window(self, messages: Sequence[tuple[str, str, str, bytes]]) -> None:
        for routing_key, message_id, subject, body in messages:
            self._tag += 1
            self._open.add(self._tag)
            self._channel.basic_publish(
                Message(
                    body,
                    content_type=CLOUD_EVENT_TYPE,
                    delivery_mode=2,
                    message_id=message_id,
                    application_headers={"subject": subject},
                ),
                exchange=self._exchange,
                routing_key=routing_key,
                mandatory=True,
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

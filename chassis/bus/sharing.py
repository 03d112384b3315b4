"""Replicas share partitions: who receives from more than his part gives some of them away.

The broker sends a queue's messages to one process at a time, to the one that has consumed it
longest; left alone, whoever started first would have every partition and the others nothing. Each
process asks now and then how many there are. Giving a partition away is to cancel and to come again
behind the others; what was received before is finished. Should two handle one stream meanwhile, the
inbox decides by sequence, as always.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Collection
from typing import Any

import eventlet
from amqp import Connection

from chassis.bus.connection import BROKEN, connect
from chassis.bus.topology import declare_queue, replicas_queue

#: How often to ask, which costs one small question.
_SECONDS = 5.0


def surplus(active: Collection[int], partitions: int, replicas: int) -> list[int]:
    """Give the partitions to give away, of those that messages come from.

    Chosen by chance: two that give the same away at once would only exchange it.
    """
    part = -(-partitions // max(replicas, 1))
    return random.sample(sorted(active), max(0, len(active) - part))


class Census:
    """Counts the processes of a service, of which this is one, in its own time."""

    def __init__(self, uri: str, service: str) -> None:
        self._uri = uri
        self._queue = replicas_queue(service)
        self._connection: Connection | None = None
        self._channel: Any = None

    def take(self) -> int:
        """Wait until it is time, and give the number; 0 where the broker does not tell it."""
        eventlet.sleep(_SECONDS)
        try:
            with eventlet.Timeout(_SECONDS, TimeoutError):
                self._be_present()
                return int(self._channel.queue_declare(self._queue, passive=True).consumer_count)
        except BROKEN:
            self.leave()
            return 0

    def leave(self) -> None:
        """Be counted no more."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(*BROKEN):
                connection.collect()

    def _be_present(self) -> None:
        """Consume from a queue that nobody sends to: its consumers are the processes there are."""
        if self._connection is not None and self._connection.connected:
            return
        self._connection = connect(self._uri, heartbeat=0)
        self._channel = self._connection.channel()
        declare_queue(self._channel, self._queue, {"x-queue-type": "quorum"})
        self._channel.basic_consume(self._queue, callback=_ignore)


def _ignore(_message: Any) -> None:
    """Nothing comes."""

"""Every exchange and queue there is, as one definition that anybody may declare again.

Events of a source go to its exchange under the number of their partition, which the subject
decides; each consuming service has a queue for each partition there. Outsiders have a topic
exchange of their own, where every event comes alone.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from amqp.channel import Channel

#: An outsider binds this one with a pattern such as `ticket.#`.
PUBLIC_EXCHANGE = "peygir.events"

#: Whose events each service wants.
CONSUMES: dict[str, tuple[str, ...]] = {
    "routing": ("intake", "sla"),
    "sla": ("intake", "routing"),
    "notify": ("intake", "routing", "sla"),
    "reporting": ("intake", "routing", "sla", "notify"),
}
SOURCES = ("intake", "routing", "sla", "notify")
_VERSION = 1


class Pair(NamedTuple):
    """A source and one of its consumers."""

    source: str
    consumer: str

    def queue(self, partition: int) -> str:
        """The queue of one partition."""
        return f"{self.source}--{self.consumer}.{partition}.v{_VERSION}"

    @property
    def dead_queue(self) -> str:
        """Where messages go that are no events."""
        return f"{self.source}--{self.consumer}.dead"


def events_exchange(source: str) -> str:
    """Give the exchange that a service publishes to."""
    return f"{source}.events"


def replicas_queue(service: str) -> str:
    """Give the queue that every process of a service consumes from, for being counted."""
    return f"{service}.replicas"


def partition_of(subject: str, partitions: int) -> int:
    """Give the partition of a subject: one subject's events stay in order."""
    return zlib.crc32(subject.encode()) % partitions


def pairs(consumer: str | None = None) -> list[Pair]:
    """Give all pairs, or those of one consumer."""
    return [
        Pair(source, name)
        for name, sources in CONSUMES.items()
        if consumer in (None, name)
        for source in sources
    ]


def declare(channel: Channel, partitions: int, wanted: Iterable[Pair] | None = None) -> None:
    """Declare exchanges, queues and bindings; doing it again changes nothing."""
    channel.exchange_declare(PUBLIC_EXCHANGE, "topic", durable=True, auto_delete=False)
    for source in SOURCES:
        channel.exchange_declare(events_exchange(source), "direct", durable=True, auto_delete=False)
    for pair in pairs() if wanted is None else wanted:
        declare_queue(channel, pair.dead_queue, {"x-queue-type": "quorum"})
        for partition in range(partitions):
            queue = pair.queue(partition)
            declare_queue(channel, queue, queue_arguments(pair))
            channel.queue_bind(queue, events_exchange(pair.source), str(partition))


def queue_arguments(pair: Pair) -> dict[str, Any]:
    """Give the arguments of a partition's queue."""
    return {
        "x-queue-type": "quorum",
        "x-single-active-consumer": True,
        "x-overflow": "reject-publish",
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": pair.dead_queue,
        "x-dead-letter-strategy": "at-least-once",
        # Batches go back whole when a database is away; RabbitMQ 4 would drop them after 20 times.
        "x-delivery-limit": 1_000_000,
    }


def declare_queue(channel: Channel, name: str, arguments: dict[str, Any]) -> None:
    """Declare a durable queue."""
    channel.queue_declare(
        name, durable=True, exclusive=False, auto_delete=False, arguments=arguments
    )

"""Every exchange and queue there is, as one definition that anybody may declare again.

Events of a source go to its topic exchange; from there to the public exchange for outsiders, and
for each consuming service through a consistent-hash exchange on the subject into its partitions.
"""

from __future__ import annotations

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

    @property
    def exchange(self) -> str:
        """The exchange that spreads subjects over the partitions."""
        return f"{self.source}--{self.consumer}"

    def queue(self, partition: int) -> str:
        """The queue of one partition."""
        return f"{self.exchange}.{partition}.v{_VERSION}"

    @property
    def dead_queue(self) -> str:
        """Where messages go that are no events."""
        return f"{self.exchange}.dead"


def events_exchange(source: str) -> str:
    """Give the exchange that a service publishes to."""
    return f"{source}.events"


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
        exchange = events_exchange(source)
        channel.exchange_declare(exchange, "topic", durable=True, auto_delete=False)
        channel.exchange_bind(PUBLIC_EXCHANGE, exchange, "#")
    for pair in pairs() if wanted is None else wanted:
        _declare_pair(channel, pair, partitions)


def _declare_pair(channel: Channel, pair: Pair, partitions: int) -> None:
    channel.exchange_declare(
        pair.exchange,
        "x-consistent-hash",
        durable=True,
        auto_delete=False,
        arguments={"hash-header": "subject"},
    )
    _declare_queue(channel, pair.dead_queue, {"x-queue-type": "quorum"})
    for partition in range(partitions):
        queue = pair.queue(partition)
        _declare_queue(channel, queue, queue_arguments(pair))
        # The weight of the partition; not a routing key.
        channel.queue_bind(queue, pair.exchange, "1")
    channel.exchange_bind(pair.exchange, events_exchange(pair.source), "#")


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


def _declare_queue(channel: Channel, name: str, arguments: dict[str, Any]) -> None:
    channel.queue_declare(
        name, durable=True, exclusive=False, auto_delete=False, arguments=arguments
    )

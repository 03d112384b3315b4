"""Events in the queues of consumers that are stopped, put there by the real relay of intake.

Commits are stored in intake's journal as its writers would store them, only many at once while it
is away; its relay then finds them, numbers them, packs them and publishes them. So a message holds
what it holds after an hour of absence: what a segment of 500 commits has for one partition, in
parts of a hundred at most. Where each event shall travel alone, as it does while little happens,
those messages are taken apart and published again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
from amqp import Connection, Message
from bson.raw_bson import RawBSONDocument
from pymongo import MongoClient
from pymongo.write_concern import WriteConcern

from chassis.bus.connection import connect
from chassis.bus.topology import Pair, events_exchange
from contracts import Event
from contracts.envelope import CLOUD_EVENTS_TYPE, encode_batch
from tests.load.accounting import CpuMeter
from tests.load.events import commit
from tests.load.measuring import Bench

SOURCE = "intake"
_AT_ONCE = 1000
_POLL_SECONDS = 0.1
_PATIENCE_SECONDS = 240.0
#: Messages published before their confirms are awaited, and unacknowledged ones when moving them.
_WINDOW = 200
_FAST = WriteConcern(w=1, j=False)


class Rate(NamedTuple):
    """How many were counted between the first look that saw some and the last, in seconds."""

    count: float
    seconds: float

    @property
    def per_second(self) -> int:
        return round(self.count / self.seconds) if self.seconds else 0


class Backlog:
    """Fills queues over one installation, whose consumers are stopped and started one by one."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.installation = bench.installation
        self.uri = bench.addresses.amqp_uri
        self._partitions = range(int(bench.installation.environment["PEYGIR_PARTITIONS"]))
        #: One for each partition, of what every service is sent by intake; nobody's.
        self.spare = [f"bench.spare.{partition}" for partition in self._partitions]
        with connect(self.uri) as connection:
            channel = connection.channel()
            for partition, queue in enumerate(self.spare):
                channel.queue_declare(
                    queue, durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"}
                )
                channel.queue_bind(queue, events_exchange(SOURCE), str(partition))

    def stop(self, *services: str) -> None:
        """Have nobody of these services take events."""
        for name in self.installation.process_names:
            if name.partition("-")[0] in services:
                self.installation.stop_process(name)

    def queues(self, consumer: str, source: str = SOURCE) -> list[str]:
        """Give the queues of a pair."""
        return [Pair(source, consumer).queue(partition) for partition in self._partitions]

    def tell(self, event: Event, streams: Sequence[str], *, version: int = 1) -> Rate:
        """Have the event about each stream published; gives how fast the relay did it."""
        self.installation.stop_process(SOURCE)
        with MongoClient[dict[str, Any]](self.installation.addresses.mongo_uri) as client:
            place = client[f"peygir_{SOURCE}"].get_collection("journal", write_concern=_FAST)
            for start in range(0, len(streams), _AT_ONCE):
                part = streams[start : start + _AT_ONCE]
                raws = [commit(stream, event, version=version) for stream in part]
                place.insert_many([RawBSONDocument(raw) for raw in raws], ordered=False)
        self.installation.start_process(SOURCE)
        return self.counted(lambda: self.published(SOURCE), len(streams))

    def drained(self, names: Sequence[str], expected: int, **labels: str) -> dict[str, float]:
        """Start processes of a service; gives how fast they handle what waits, and their CPU."""
        for name in names:
            self.installation.start_process(name)
        servers = ("mongod", "rabbitmq")
        pids = {name: self.installation.pid(name) or 0 for name in (*names, *servers)}
        self.counted(lambda: self.handled(names, **labels), 1)
        meter = CpuMeter(pids)
        before = self.handled(names, **labels)
        rate = self.counted(lambda: self.handled(names, **labels), expected)
        each = meter.milliseconds_each(round(expected - before))
        return {"events": expected, "per_second": rate.per_second} | {
            f"cpu_ms_{name.replace('-', '_')}": value for name, value in each.items()
        }

    def handled(self, names: Sequence[str], **labels: str) -> float:
        """Give how many events processes have applied since they were started."""
        metric = "peygir_events_handled_total"
        return sum(self.bench.count(name, metric, outcome="ok", **labels) for name in names)

    def published(self, name: str) -> float:
        """Give how many events of a process the broker has confirmed since it was started."""
        return self.bench.count(name, "peygir_events_published_total")

    def counted(self, look: Callable[[], float], expected: float) -> Rate:
        """Wait until a count is there; gives how fast it went from the first that was seen."""
        began = time.monotonic()
        first = (0.0, 0.0)
        while (seen := look()) < expected:
            if seen and not first[0]:
                first = (seen, time.monotonic())
            if time.monotonic() - began > _PATIENCE_SECONDS:
                raise TimeoutError(f"only {seen:.0f} of {expected:.0f}")
            time.sleep(_POLL_SECONDS)
        return Rate(seen - first[0], time.monotonic() - first[1] if first[0] else 0.0)

    def take_apart(self, consumer: str) -> None:
        """Have what waits in the spare queues wait event by event, there and for a consumer.

        What waited for him before is gone.
        """
        with connect(self.uri) as connection:
            channel = connection.channel()
            for spare, queue in zip(self.spare, self.queues(consumer), strict=True):
                channel.queue_purge(queue)
                alone = [
                    encode_batch([raw])
                    for body in _taken(channel, spare)
                    for raw in msgspec.json.decode(body, type=list[msgspec.Raw])
                ]
                _put(connection, (spare, queue), alone)

    def empty(self, queues: Sequence[str]) -> None:
        """Throw away what waits."""
        with connect(self.uri) as connection:
            channel = connection.channel()
            for queue in queues:
                channel.queue_purge(queue)


def _taken(channel: Any, queue: str) -> Iterator[bytes]:
    while (message := channel.basic_get(queue, no_ack=True)) is not None:
        yield message.body if isinstance(message.body, bytes) else message.body.encode()


def _put(connection: Connection, queues: Sequence[str], bodies: Sequence[bytes]) -> None:
    """Publish each body to each queue; returns when the broker has confirmed all."""
    channel = connection.channel()
    channel.confirm_select()
    unconfirmed: set[int] = set()

    def confirm(last: int, multiple: object) -> None:
        unconfirmed.difference_update(range(last - 2 * _WINDOW, last) if multiple else ())
        unconfirmed.discard(last)

    channel.events["basic_ack"].add(confirm)
    sent = 0
    for start in range(0, len(bodies), _WINDOW):
        for body in bodies[start : start + _WINDOW]:
            for queue in queues:
                message = Message(body, delivery_mode=2, content_type=CLOUD_EVENTS_TYPE)
                channel.basic_publish(message, routing_key=queue)
                sent += 1
                unconfirmed.add(sent)
        while unconfirmed:
            connection.drain_events(timeout=10)
    channel.close()

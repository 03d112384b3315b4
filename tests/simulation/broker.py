"""A broker in memory: queues whose messages get lost, doubled and late; links that break.

Stands in for RabbitMQ and the amqp library; what speaks through it is real. Harsher than RabbitMQ:
any replica may get any message in any order, so nothing may rest on a single active consumer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import eventlet

from chassis.bus.topology import CONSUMES, events_exchange, pairs, replicas_queue

if TYPE_CHECKING:
    from tests.simulation.hub import Owner
    from tests.simulation.process import Process
    from tests.simulation.world import World

_LONGEST_DELAY = 12.0
#: How often somebody who only listens notices that his link is broken.
_IDLE_SECONDS = 5.0


class Delivery(NamedTuple):
    """A message as the amqp library hands it over."""

    body: bytes
    delivery_tag: int
    properties: dict[str, Any]


class Declared(NamedTuple):
    """What declaring a queue tells."""

    queue: str
    consumer_count: int


class Channel:
    """A channel with the amqp library's names; declaring needs no effect here."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self.events: defaultdict[str, set[Callable[..., None]]] = defaultdict(set)
        self.unacknowledged: dict[int, tuple[Queue, bytes]] = {}
        self._arrive: Callable[[Delivery], None] | None = None
        self._delivered = 0
        self._published = 0
        self._confirmed = 0

    def _take_for_granted(self, *_arguments: Any, **_options: Any) -> None:
        """Have no effect."""

    exchange_declare = queue_bind = _take_for_granted
    basic_qos = confirm_select = close = _take_for_granted

    def queue_declare(self, queue: str, **_options: Any) -> Declared:
        """Tell of a queue; that there is one consumer, as any replica gets any message anyway."""
        return Declared(queue, consumer_count=1)

    def basic_consume(self, queue: str, *, callback: Callable[[Delivery], None]) -> str:
        """Begin to receive from a queue."""
        self._arrive = callback
        self.link.broker.queues[queue].attach(self)
        return queue

    def basic_ack(self, tag: int, *, multiple: bool) -> None:
        """Be done with a message, or with all up to it; raises OSError on a broken link."""
        self.link.use("ack")
        done = [item for item in self.unacknowledged if item <= tag] if multiple else [tag]
        for item in done:
            queue, _body = self.unacknowledged.pop(item)
            self.link.note("acknowledges", queue.name)

    def basic_reject(self, tag: int, *, requeue: bool) -> None:
        """Refuse a message: there is no unreadable one here."""
        raise AssertionError(f"{self.unacknowledged[tag][0].name}: rejected, {requeue=}")

    def basic_publish(
        self, message: Any, *, exchange: str, routing_key: str, mandatory: bool
    ) -> None:
        """Send a message to the queues of its partition; raises OSError on a broken link."""
        self.link.use("publish")
        self._published += 1
        queues = self.link.broker.bound[exchange, routing_key]
        assert queues or not mandatory
        for queue in queues:
            queue.put(message.body)

    def confirm(self) -> bool:
        """Confirm what was published; False when there is nothing to confirm."""
        if self._confirmed == self._published:
            return False
        self._confirmed = self._published
        self.link.note("is told that", str(self._published), "messages are published")
        for listener in self.events["basic_ack"]:
            listener(self._published, True)
        return True

    def deliver(self, queue: Queue, body: bytes) -> None:
        """Hand a message over."""
        assert self._arrive is not None
        self._delivered += 1
        self.unacknowledged[self._delivered] = queue, body
        self._arrive(Delivery(body, self._delivered, {}))


class Link:
    """A process's connection, with the amqp library's names."""

    def __init__(self, broker: Broker, owner: Owner) -> None:
        self.broker = broker
        self.owner: Any = owner
        self.connected = True
        self._channels: list[Channel] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.collect()

    def note(self, *what: str) -> None:
        """Keep a line of the trace."""
        self.broker.world.note(self.owner.name, *what)

    def use(self, what: str) -> None:
        """Send something; raises OSError on a broken link."""
        world = self.broker.world
        world.stumble(self.owner, what)
        if self.broker.is_away or world.faults.happens(world.faults.error):
            self.collect()
        if not self.connected:
            raise ConnectionResetError(what)

    def channel(self) -> Channel:
        """Open a channel."""
        self._channels.append(Channel(self))
        return self._channels[-1]

    def drain_events(self, timeout: float) -> None:
        """Wait for what comes: confirms at once; deliveries come by themselves."""
        if sum(channel.confirm() for channel in self._channels):
            return
        eventlet.sleep(max(timeout, _IDLE_SECONDS))
        self.use("heartbeat")
        raise TimeoutError

    def heartbeat_tick(self) -> None:
        """Be alive."""

    def collect(self) -> None:
        """Close; what is not acknowledged goes back."""
        if self.connected:
            self.connected = False
            for channel in self._channels:
                self.broker.detach(channel)


class Queue:
    """The messages of one partition of a source for one consumer."""

    def __init__(self, world: World, name: str) -> None:
        self.world = world
        self.name = name
        self._channels: list[Channel] = []
        self._waiting: list[bytes] = []
        self._under_way = 0

    @property
    def is_empty(self) -> bool:
        """Whether everything is acknowledged."""
        held = any(
            queue is self
            for channel in self._channels
            for queue, _body in channel.unacknowledged.values()
        )
        return not (held or self._waiting or self._under_way)

    def put(self, body: bytes) -> None:
        """Take a message, which may be lost, doubled or late."""
        faults, chance = self.world.faults, self.world.chance
        copies = 0 if faults.happens(faults.lost) else 2 if faults.happens(faults.doubled) else 1
        if copies != 1:
            self.world.note("broker", "doubles" if copies else "loses", self.name)
        for _copy in range(copies):
            late = faults.happens(faults.delayed)
            self.send(body, chance.random() * _LONGEST_DELAY if late else 0.0)

    def send(self, body: bytes, seconds: float = 0.0) -> None:
        """Have a message arrive."""
        self._under_way += 1
        self.world.outside_call(seconds, self._arrive, body)

    def attach(self, channel: Channel) -> None:
        """Have one more consumer."""
        self._channels.append(channel)
        waiting, self._waiting = self._waiting, []
        for body in waiting:
            self.send(body)

    def detach(self, channel: Channel) -> None:
        """Have one consumer less."""
        if channel in self._channels:
            self._channels.remove(channel)

    def _arrive(self, body: bytes) -> None:
        self._under_way -= 1
        if self._channels:
            self.world.chance.choice(self._channels).deliver(self, body)
        else:
            self._waiting.append(body)


class Broker:
    """All queues, and the links to them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.away_until = 0.0
        self.queues: dict[str, Queue] = {}
        #: The queues of an exchange and a partition.
        self.bound: defaultdict[tuple[str, str], list[Queue]] = defaultdict(list)
        for pair in pairs():
            for partition in range(world.settings.partitions):
                queue = Queue(world, pair.queue(partition))
                self.queues[queue.name] = queue
                self.bound[events_exchange(pair.source), str(partition)].append(queue)
        for service in CONSUMES:
            name = replicas_queue(service)
            self.queues[name] = Queue(world, name)
        self._links: list[Link] = []

    def connect(self) -> Link:
        """Give a process a link; raises OSError while the broker is away."""
        if self.is_away:
            raise ConnectionRefusedError("the broker is away")
        self._links.append(Link(self, self.world.hub.current()))
        return self._links[-1]

    @property
    def is_away(self) -> bool:
        """Whether nobody reaches it now."""
        return self.world.hub.now < self.away_until

    @property
    def is_empty(self) -> bool:
        """Whether everything is acknowledged."""
        return all(queue.is_empty for queue in self.queues.values())

    def cut(self, process: Process) -> None:
        """Close the links of a process that has ended."""
        for link in [item for item in self._links if item.owner is process]:
            link.collect()
            self._links.remove(link)

    def detach(self, channel: Channel) -> None:
        """Take back what a channel has not acknowledged."""
        for queue in self.queues.values():
            queue.detach(channel)
        for queue, body in channel.unacknowledged.values():
            queue.send(body)
        channel.unacknowledged.clear()

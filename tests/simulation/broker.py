"""A broker in memory: a queue per source and consumer, whose messages get lost, doubled, late.

Harsher than RabbitMQ: any replica may get any message in any order, so nothing may rest on order or
on a single active consumer. Stands in for AMQP and for what speaks it (`chassis.bus.publisher`, and
the connection in `chassis.bus.consumer`); the loop that handles and acknowledges batches is real.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from chassis.bus.publisher import PublishingFailed
from chassis.bus.topology import pairs

if TYPE_CHECKING:
    from tests.simulation.process import Process
    from tests.simulation.world import World

_LONGEST_DELAY = 12.0


class Message(NamedTuple):
    """A delivery as the amqp library hands it over."""

    body: bytes
    delivery_tag: int
    properties: dict[str, Any]


class Channel:
    """What a partition acknowledges on; what it has not, goes back when its process ends."""

    def __init__(self, queue: Queue, process: Process) -> None:
        self._queue = queue
        self.process = process
        self.unacknowledged: dict[int, bytes] = {}
        self._arrive: Callable[[Message], None] | None = None
        self._last_tag = 0

    def basic_qos(self, *_arguments: Any, **_options: Any) -> None:
        """Take the prefetch for granted: the worlds are small."""

    def basic_consume(self, _queue: str, *, callback: Callable[[Message], None]) -> str:
        """Begin to receive."""
        self._arrive = callback
        self._queue.attach(self)
        return self.process.name

    def basic_ack(self, tag: int, *, multiple: bool) -> None:
        """Be done with a message, or with all up to it."""
        world = self._queue.world
        world.stumble(self.process, f"ack {self._queue.name}")
        done = [item for item in self.unacknowledged if item <= tag] if multiple else [tag]
        for item in done:
            self.unacknowledged.pop(item, None)
        world.note(self.process.name, "acknowledged", self._queue.name, f"up to {tag}")

    def basic_reject(self, tag: int, *, requeue: bool) -> None:
        """Refuse a message: none is unreadable here."""
        raise AssertionError(f"{self._queue.name}: {tag} was rejected")

    def deliver(self, body: bytes) -> None:
        """Hand a message to the partition."""
        assert self._arrive is not None
        self._last_tag += 1
        self.unacknowledged[self._last_tag] = body
        self._arrive(Message(body, self._last_tag, {}))


class Queue:
    """The messages of one source for one consumer."""

    def __init__(self, world: World, name: str) -> None:
        self.world = world
        self.name = name
        self._channels: list[Channel] = []
        self._waiting: list[bytes] = []
        self._under_way = 0

    @property
    def is_empty(self) -> bool:
        """Whether everything is acknowledged."""
        held = any(channel.unacknowledged for channel in self._channels)
        return not (held or self._waiting or self._under_way)

    def put(self, body: bytes) -> None:
        """Take a message, which may be lost, doubled or late."""
        faults, chance = self.world.faults, self.world.chance
        copies = 0 if faults.happens(faults.lost) else 2 if faults.happens(faults.doubled) else 1
        if copies != 1:
            self.world.note("broker", "loses" if not copies else "doubles", self.name)
        for _copy in range(copies):
            late = faults.happens(faults.delayed)
            self._send(body, chance.random() * _LONGEST_DELAY if late else 0.0)

    def attach(self, channel: Channel) -> None:
        """Have one more consumer."""
        self._channels.append(channel)
        waiting, self._waiting = self._waiting, []
        for body in waiting:
            self._send(body, 0.0)

    def detach(self, process: Process) -> None:
        """Take back what a process has not acknowledged."""
        for channel in [item for item in self._channels if item.process is process]:
            self._channels.remove(channel)
            for body in channel.unacknowledged.values():
                self._send(body, 0.0)

    def _send(self, body: bytes, seconds: float) -> None:
        self._under_way += 1
        self.world.outside_call(seconds, self._arrive, body)

    def _arrive(self, body: bytes) -> None:
        self._under_way -= 1
        alive = [channel for channel in self._channels if not channel.process.dead]
        if alive:
            self.world.chance.choice(alive).deliver(body)
        else:
            self._waiting.append(body)


class Broker:
    """All queues."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.queues = {pair: Queue(world, pair.exchange) for pair in pairs()}

    def publish(self, process: Process, bodies: Sequence[bytes]) -> None:
        """Take messages in order; raises PublishingFailed, also after some have arrived."""
        world = self.world
        mine = [queue for pair, queue in self.queues.items() if pair.source == process.service]
        for body in bodies:
            world.stumble(process, "publish")
            if world.faults.happens(world.faults.error):
                world.note(process.name, "cannot publish")
                raise PublishingFailed("no confirm")
            for queue in mine:
                queue.put(body)
        world.note(process.name, "published", str(len(bodies)))

    def detach(self, process: Process) -> None:
        """Forget a process that has ended."""
        for queue in self.queues.values():
            queue.detach(process)

    @property
    def is_empty(self) -> bool:
        """Whether everything is acknowledged."""
        return all(queue.is_empty for queue in self.queues.values())

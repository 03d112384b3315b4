"""`subscribe` and `consume`: how a service says which events it handles."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from nameko.extensions import Entrypoint, SharedExtension, register_entrypoint

from chassis.bus.catchup import Healer
from chassis.bus.consumer import Consumer
from chassis.bus.inbox import Inbox
from chassis.bus.stuck import StuckCalls
from chassis.bus.topology import CONSUMES
from chassis.errors import DomainError
from chassis.journal.aggregates import Aggregates
from chassis.journal.intents import Decide
from contracts.envelope import CloudEvent, Event


class Subscriptions(SharedExtension):
    """The table of a service's event handlers: the receiver for services with a journal."""

    inbox = Inbox()
    consumer = Consumer()
    healer = Healer()
    stuck = StuckCalls()

    def __init__(self) -> None:
        self.table: dict[str, Decide] = {}
        self.into: Aggregates[Any] | None = None

    def add(self, event: type[Event], decide: Decide, into: Aggregates[Any]) -> None:
        """Have `decide` called for each event of the type."""
        if event.type in self.table:
            raise ValueError(f"{event.type} has two handlers")
        if event.service not in CONSUMES.get(self.inbox.runtime.service, ()):
            raise ValueError(f"the topology brings no events of {event.service} here")
        self.table[event.type] = decide
        self.into = into
        into.pull = self.inbox.pull
        self.inbox.opened_by = into.opened_by
        self.inbox.receiver = self
        self.inbox.sources.update(CONSUMES[self.inbox.runtime.service])

    def wants(self, event_type: str) -> bool:
        """Tell whether the type has a handler."""
        return event_type in self.table

    def cursors(self, source: str, streams: Sequence[str]) -> dict[str, int]:
        """Give the stored cursors."""
        assert self.into is not None  # noqa: S101 - set by add
        return self.into.cursors(source, streams)

    def receive(
        self, source: str, events: Mapping[str, Sequence[CloudEvent]]
    ) -> Mapping[str, DomainError | None]:
        """Decide and commit."""
        assert self.into is not None  # noqa: S101 - set by add
        return self.into.receive(source, events, self.table)


class Subscription(Entrypoint):
    """One event type and its handler."""

    subscriptions = Subscriptions()

    def __init__(self, event: type[Event], decide: Decide, into: str | None) -> None:
        self.event = event
        self.decide = decide
        self.into = into
        super().__init__()

    def setup(self) -> None:
        """Enter the handler in the table."""
        self.subscriptions.add(self.event, self.decide, find_aggregates(self.container, self.into))


def subscribe(
    event: type[Event], decide: Decide, *, into: str | None = None
) -> Callable[..., Sequence[Event]]:
    """Handle an event: what `decide` gives is recorded in the stream of the event's subject.

    `into` names the service's attribute when it has several kinds of streams.
    """
    return entrypoint_for(decide, Subscription(event, decide, into))


def entrypoint_for(decide: Decide, entrypoint: Entrypoint) -> Callable[..., Sequence[Event]]:
    """Give a method that calls `decide` and carries the entrypoint."""

    @functools.wraps(decide)
    def method(_service: Any, *arguments: Any) -> Sequence[Event]:
        return decide(*arguments)

    register_entrypoint(method, entrypoint)
    return method


def find_aggregates(container: Any, name: str | None) -> Aggregates[Any]:
    """Give the kind of streams that follows tickets: the named one, or the only one."""
    found = [
        item
        for item in container.dependencies
        if isinstance(item, Aggregates) and name in (None, item.attr_name)
    ]
    if len(found) != 1:
        raise ValueError(f"say with `into` which of {len(found)} kinds of streams is meant")
    return found[0]


class Consume(Entrypoint):
    """All events of some sources, for a service without a journal."""

    inbox = Inbox()
    consumer = Consumer()
    healer = Healer()
    stuck = StuckCalls()

    def __init__(self, receiver: str, pace_seconds: float, batches: int) -> None:
        self.receiver = receiver
        self.pace_seconds = pace_seconds
        self.batches = batches
        super().__init__()

    def setup(self) -> None:
        """Make the service's attribute the receiver."""
        found = [item for item in self.container.dependencies if item.attr_name == self.receiver]
        self.inbox.receiver = found[0].get_dependency(None)
        self.inbox.sources.update(CONSUMES[self.inbox.runtime.service])
        self.consumer.pace_seconds = self.pace_seconds
        self.consumer.batches = self.batches
        self.consumer.side_by_side = True


def consume(into: str, *, pace_seconds: float = 0, batches: int = 1) -> Callable[..., None]:
    """Handle every event of every source: the attribute `into` is a `Receiver`.

    Batches of a source begin at least `pace_seconds` apart under load, and never less than the
    setting says; each holds as much as `batches` of other services.
    """

    def method(_service: Any) -> None:
        """Stand for the entrypoint; events go to the receiver."""

    register_entrypoint(method, Consume(into, pace_seconds, batches))
    return method

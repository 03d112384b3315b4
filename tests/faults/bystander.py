"""An outside system at the broker: hears every public event, and can publish what it should not."""

from __future__ import annotations

import contextlib
import json
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any, Self
from urllib.parse import unquote, urlsplit

from amqp import Connection, Message
from amqp.exceptions import AMQPError

_PUBLIC_EXCHANGE = "peygir.events"


def connect(uri: str) -> Connection:
    """Give an open connection to the broker of an address."""
    parts = urlsplit(uri)
    connection = Connection(
        host=f"{parts.hostname}:{parts.port}",
        userid=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        connect_timeout=10,
        read_timeout=30,
        write_timeout=30,
    )
    connection.connect()
    return connection


class Bystander:
    """Counts the copies of each event about a ticket that are given out; a context manager."""

    def __init__(self, uri: str) -> None:
        self._uri = uri
        self.copies: Counter[tuple[str, str]] = Counter()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._listens = threading.Event()

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._listens.wait(30), "the bystander does not hear anything"
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    @property
    def repeats(self) -> int:
        """How many copies came beyond the first of each event."""
        return self.copies.total() - len(self.copies)

    def _listen(self) -> None:
        with connect(self._uri) as connection:
            channel = connection.channel()
            queue = channel.queue_declare("", exclusive=True).queue
            channel.exchange_declare(_PUBLIC_EXCHANGE, "topic", durable=True, auto_delete=False)
            channel.queue_bind(queue, _PUBLIC_EXCHANGE, "#")
            channel.basic_consume(queue, callback=self._hear, no_ack=True)
            self._listens.set()
            while not self._stopped.is_set():
                with contextlib.suppress(TimeoutError):
                    connection.drain_events(timeout=0.5)

    def _hear(self, message: Any) -> None:
        event = json.loads(message.body)
        if ":" not in event["subject"]:
            self.copies[event["source"], event["id"]] += 1


def publish(uri: str, exchange: str, routing_key: str, messages: list[Message]) -> None:
    """Publish messages as they are, and wait until the broker has confirmed each."""
    with connect(uri) as connection:
        channel = connection.channel()
        for message in messages:
            channel.basic_publish_confirm(message, exchange=exchange, routing_key=routing_key)


def with_channel(uri: str, use: Callable[[Any], Any]) -> Any:
    """Give what a function makes of a channel of its own."""
    with connect(uri) as connection:
        return use(connection.channel())


def queues(uri: str, names: list[str]) -> dict[str, tuple[int, int]]:
    """Give messages that wait and consumers, by queue; a queue that is not there is left out."""
    found = {}
    for name in names:
        # Asking for a queue that is not there closes the channel: each is asked for on its own.
        with contextlib.suppress(AMQPError, OSError), connect(uri) as connection:
            declared = connection.channel().queue_declare(name, passive=True)
            found[name] = (declared.message_count, declared.consumer_count)
    return found

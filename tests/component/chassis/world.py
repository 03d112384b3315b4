"""The sample services, and how tests look at what they did."""

import contextlib
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from amqp import Connection, Message
from amqp.exceptions import NotFound

from tests.component.service import Service
from tests.component.world import World
from tests.servers import Servers

#: The replicas that have a number are never asked by the others.
_NAMES = ("intake", "intake-2", "routing", "sla", "sla-2", "sla-3")


class Sample(Service):
    """One running sample service."""

    def tell(self, stream: str, *acts: str, **options: Any) -> Any:
        """Have events recorded, one for each act, in one commit."""
        return self.ask("tell", {"stream": stream, "acts": acts or ["ok"]}, **options)


class SampleWorld(World):
    """Emitters `intake` and `routing` and the consumer `sla`, where everything waits shortly."""

    stand_ins = dict.fromkeys(("intake", "routing", "sla"), "tests.component.chassis.sample")
    settings = {
        "retry_seconds": "0.2,0.4",
        "walk_away_seconds": 0.4,
        "lease_seconds": 1,
        "handler_seconds": 2,
        "drain_seconds": 15,
        "partitions": 2,
    }

    def __init__(self, servers: Servers, logs: Path) -> None:
        super().__init__(servers, logs, _NAMES)

    def applied(self, stream: str) -> list[str]:
        """Give what the consumer applied to a stream, by its journal."""
        commits = self.database("sla")["journal"].find({"stream": stream}).sort("version", 1)
        return [
            f"{event['data']['reason']}:{event['data']['clock']}"
            for commit in commits
            for event in commit["events"]
            if event["type"] == "sla.cancelled"
        ]

    def lagging(self, source: str, stream: str) -> dict[str, Any] | None:
        return self.database("sla")["lagging"].find_one({"_id": f"{source}|{stream}"})

    def stuck(self, source: str, stream: str) -> dict[str, Any] | None:
        row = self.lagging(source, stream)
        return row if row and row["stuck"] else None

    @contextlib.contextmanager
    def broker(self) -> Iterator[Any]:
        """A channel to the broker."""
        parts = urlsplit(self.amqp_uri)
        connection = Connection(
            f"{parts.hostname}:{parts.port}",
            userid=parts.username,
            password=parts.password,
            virtual_host=parts.path[1:],
        )
        connection.connect()
        try:
            yield connection.channel()
        finally:
            connection.close()

    def publish(
        self,
        *bodies: bytes,
        source: str = "intake",
        partition: int = 0,
        headers: Any = None,
        **properties: Any,
    ) -> None:
        """Publish something as if a service did, each body as one message."""
        with self.broker() as channel:
            for body in bodies:
                message = Message(body, application_headers=headers or {}, **properties)
                channel.basic_publish(
                    message, exchange=f"{source}.events", routing_key=str(partition)
                )

    def waiting(self, queue: str) -> int | None:
        """Count the messages that wait in a queue; None where there is no such queue."""
        try:
            with self.broker() as channel:
                return int(channel.queue_declare(queue, passive=True).message_count)
        except NotFound:
            return None

    def _process(self, name: str, environment: Mapping[str, str], log: Path) -> Sample:
        return Sample(self._program(name), environment, log, self._signer)


def new_stream(name: str = "s") -> str:
    return f"{name}{secrets.token_hex(4)}"

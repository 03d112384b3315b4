"""Replicas of sla beside tellers that stand for intake and routing."""

import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from chassis.identity import Identity
from contracts import Event, wire_type
from tests.component.world import TELLER, World
from tests.servers import Servers

AGENT = Identity(subject="person:desk", role="agent")
E = TypeVar("E", bound=Event)

_TELLERS = ("intake", "routing")


class SlaWorld(World):
    """Sla's replicas, `sla-1` and so on, and what they have recorded."""

    stand_ins = dict.fromkeys(_TELLERS, TELLER)
    settings = {"walk_seconds": 1, "retry_seconds": "0.2,0.5,1,2"}

    def __init__(self, servers: Servers, logs: Path, replicas: int) -> None:
        self.replicas = [f"sla-{number}" for number in range(1, replicas + 1)]
        super().__init__(servers, logs, [*_TELLERS, *self.replicas])

    def kill_holder_of(self, lease: str) -> None:
        """End the process that holds a lease of sla's."""
        held = self.database("sla")["leases"].find_one({"_id": lease})
        assert held is not None
        pid = int(held["holder"].split(":")[1])
        self.kill(next(name for name in self.replicas if self.processes[name].pid == pid))

    def define(self, kind: str, name: str, definition: dict[str, Any]) -> dict[str, Any]:
        request = {"id": name, "definition": definition}
        return self.ask(self.replicas[0], f"define_{kind}", request)

    def recorded(self, kind: type[E]) -> dict[str, list[E]]:
        """Give the events of a kind that sla has published, by ticket."""
        found: dict[str, list[E]] = {}
        for event in self._published():
            if event["type"] == wire_type(kind.type):
                data = msgspec.convert(event["data"], kind, strict=False)
                found.setdefault(event["subject"], []).append(data)
        return found

    def count(self, kind: type[Event]) -> Counter[str]:
        """Count the events of a kind by ticket."""
        return Counter({code: len(events) for code, events in self.recorded(kind).items()})

    def _published(self) -> list[dict[str, Any]]:
        running = next(name for name in self.replicas if self.processes[name].running)
        part = self.ask(running, "journal_log", {"after": 0, "limit": 5000})
        events: list[dict[str, Any]] = part["events"]
        return events


def wait_until(instant: datetime) -> None:
    """Wait for an instant, such as a target's end, that the test is about."""
    pause = (instant - datetime.now(UTC)) / timedelta(seconds=1)
    time.sleep(max(0.0, pause))

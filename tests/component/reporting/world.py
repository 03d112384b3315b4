"""Reporting among tellers of events."""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from contracts.envelope import CloudEvent
from tests.component.world import TELLER, World
from tests.servers import Servers

TELLERS = ("intake", "routing", "sla", "notify")


class ReportingWorld(World):
    """Four tellers and the reporting service."""

    stand_ins = dict.fromkeys(TELLERS, TELLER)
    settings = {"walk_seconds": 1, "retry_seconds": "0.2,0.5,1,2", "rebuild_page": 20}

    def __init__(self, servers: Servers, logs: Path) -> None:
        super().__init__(servers, logs, [*TELLERS, "reporting"])

    def tell_all(self, events: Sequence[CloudEvent]) -> None:
        """Have the services record events, in the order given."""
        for (_service, subject, at), run in groupby(
            events, lambda event: (event.service, event.subject, event.time)
        ):
            self.tell(subject, *(event.payload() for event in run), at=at)

    def report(self, name: str, **wanted: Any) -> list[list[Any]]:
        """Give the rows of a report."""
        rows: list[list[Any]] = self.ask("reporting", "report", {"name": name} | wanted)["rows"]
        return rows

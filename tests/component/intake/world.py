"""The real intake service by itself, with the demo's catalogue."""

import secrets
from pathlib import Path
from typing import Any

from chassis.identity import ANONYMOUS, Identity
from tests.component.processes import ADMIN
from tests.component.world import World
from tests.http import Answer
from tests.servers import Servers

DESK = Identity(subject="person:desk", role="agent", unit="desk", tier=1)
IMPORTER = Identity(subject="key:importer", role="importer")


class IntakeWorld(World):
    """What tests do with the service; nobody has signed in unless they say so."""

    settings = {"demo": 1}

    def __init__(self, servers: Servers, logs: Path) -> None:
        super().__init__(servers, logs, ["intake"])

    def call(
        self, method: str, request: dict[str, Any], *, by: Identity = ANONYMOUS, **options: Any
    ) -> Answer:
        """Call intake, and give whatever comes."""
        return super().call("intake", method, request, by=by, **options)

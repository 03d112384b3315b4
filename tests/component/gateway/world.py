"""A gateway process, seen from outside."""

from __future__ import annotations

import subprocess
from typing import NamedTuple

from contracts.calls.routing import Staff
from tests.http import Http
from tests.system.client import wait_for

KEY = "component-tests-of-the-gateway-have-no-secrets"
#: Nobody listens there.
NOWHERE = "http://127.0.0.1:9"


class Door(NamedTuple):
    """A running gateway."""

    process: subprocess.Popen[bytes]
    port: int
    metrics_port: int

    @property
    def http(self) -> Http:
        return Http(f"http://127.0.0.1:{self.port}")

    @property
    def operators(self) -> Http:
        return Http(f"http://127.0.0.1:{self.metrics_port}")

    def wait_ready(self) -> None:
        wait_for(self._is_ready, deadline=60, what="the gateway")

    def _is_ready(self) -> bool:
        try:
            return self.operators.get("/readyz").status == 200
        except OSError:
            return False


def a_staff_member() -> Staff:
    return Staff(
        id="admin", username="admin", name="Admin", role="admin", unit="hq", tier=1, language="en"
    )

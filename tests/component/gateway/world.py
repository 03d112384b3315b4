"""A gateway process, seen from outside."""

from collections.abc import Mapping
from pathlib import Path

from contracts.calls.routing import Staff
from deploy.local.ports import HOST
from deploy.local.processes import GATEWAY, SERVICES, gateway_program, metrics_port
from tests.component.processes import NOWHERE, Process
from tests.http import Http

KEY = "component-tests-of-the-gateway-have-no-secrets"
PORTS = (GATEWAY, metrics_port(GATEWAY))

_ENVIRONMENT = {
    "PEYGIR_CALL_KEYS": KEY,
    "PEYGIR_SESSION_KEYS": KEY,
    **{f"PEYGIR_{service.upper()}_URL": f"http://{NOWHERE}" for service in SERVICES},
}


class Door(Process):
    """A gateway with nobody behind it."""

    def __init__(self, ports: Mapping[str, int], settings: Mapping[str, str], log: Path) -> None:
        self.port = ports[GATEWAY]
        self._operators = f"http://{HOST}:{ports[metrics_port(GATEWAY)]}"
        environment = _ENVIRONMENT | settings
        super().__init__(gateway_program(ports), environment, log, f"{self._operators}/readyz")

    @property
    def http(self) -> Http:
        return Http(f"http://{HOST}:{self.port}")

    @property
    def operators(self) -> Http:
        return Http(self._operators)


def a_staff_member() -> Staff:
    return Staff(
        id="admin", username="admin", name="Admin", role="admin", unit="hq", tier=1, language="en"
    )

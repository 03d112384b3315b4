"""A service is taken away from a running installation: the right alert fires, and says what to do.

A Prometheus of the test's own scrapes every second and goes by the rules as they are, but for
their patience: what has to hold for a minute has to hold for two seconds here.
"""

import contextlib
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.local.installation import Installation
from deploy.local.ports import PortBlock
from deploy.local.servers import prometheus as server
from tests.http import Http
from tests.system.client import wait_for
from tests.system.watching import DEPLOY, RULES, ask

_PATIENCE = {"s": 1 / 30, "m": 2, "h": 120}
_STARTED_SECONDS, _READY_SECONDS = 30.0, 60.0
#: A minute of the rule's patience, scaled, and a few scrapes and evaluations.
_FIRES_SECONDS = 20.0
FIRING = 'ALERTS{{alertname="{}",alertstate="firing"}}'


def impatient(text: str) -> str:
    """Give rules with each `for` scaled: a minute is two seconds."""
    return re.sub(
        r"^(\s+for: )(\d+)([smh])$",
        lambda found: f"{found[1]}{int(int(found[2]) * _PATIENCE[found[3]])}s",
        text,
        flags=re.MULTILINE,
    )


@pytest.fixture(scope="module")
def prometheus(
    installation: Installation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Http]:
    folder = tmp_path_factory.mktemp("impatient")
    for file in sorted(server.RULES.glob("*.yaml")):
        (folder / file.name).write_text(impatient(file.read_text("utf-8")), "utf-8")
    with PortBlock([server.NAME]) as block:
        port = block.ports[server.NAME]
        jobs = [
            server.Job(name, [url.removeprefix("http://")])
            for name, url in installation.addresses.metrics.items()
        ]
        program = server.program(folder, port, jobs)
        _hurry(folder)
        log = (folder / "log").open("w")
        process = subprocess.Popen(
            program.command, cwd=folder, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            yield _ready(Http(f"http://127.0.0.1:{port}"))
        finally:
            process.kill()
            process.wait()
            log.close()


def _hurry(folder: Path) -> None:
    file = folder / "prometheus.yml"
    configuration = yaml.safe_load(file.read_text("utf-8"))
    configuration["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    configuration["rule_files"] = [f"{folder}/*.yaml"]
    file.write_text(yaml.safe_dump(configuration), "utf-8")


def _ready(prometheus: Http) -> Http:
    def up() -> bool:
        # It says 503 until it has read its rules.
        with contextlib.suppress(OSError, AssertionError):
            return len(ask(prometheus, "up == 1")) >= 6
        return False

    wait_for(up, _STARTED_SECONDS, "Prometheus to have scraped every process")
    return prometheus


@pytest.mark.parametrize(
    ("service", "alert"),
    [("notify", "PeygirServiceAway"), ("sla", "PeygirNobodyTimes")],
)
def test_a_service_that_is_taken_away_is_told_of_and_the_page_says_what_to_do(
    installation: Installation, prometheus: Http, service: str, alert: str
) -> None:
    [rule] = [each for each in RULES if each.get("alert") == alert]
    installation.stop_process(service)
    try:
        row = wait_for(
            lambda: _firing(prometheus, alert, service), _FIRES_SECONDS, f"{alert} to fire"
        )
    finally:
        installation.start_process(service)
        installation.wait_ready(_READY_SECONDS, names=[service])

    assert row["metric"]["severity"] == "critical"
    page = DEPLOY.parent / "docs" / "runbook" / rule["annotations"]["runbook_url"].split("/")[-1]
    assert "## What to do" in page.read_text("utf-8")
    wait_for(lambda: not _firing(prometheus, alert, service), _FIRES_SECONDS, f"{alert} to be over")


def _firing(prometheus: Http, alert: str, service: str) -> dict[str, Any] | None:
    """Give the alert of a service; on a machine that stands still others may fire beside it."""
    rows = ask(prometheus, FIRING.format(alert))
    return next((row for row in rows if row["metric"].get("job", service) == service), None)

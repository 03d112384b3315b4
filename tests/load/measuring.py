"""An installation to measure on: started, warmed up, and looked at from outside."""

from __future__ import annotations

import asyncio
import os
import re
import resource
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from deploy.local.installation import Installation
from tests.faults.api import wait_for
from tests.load.accounting import CpuMeter, DatabaseMeter
from tests.load.disk import DiskProbe
from tests.load.driver import Measured, at_rate, by_callers
from tests.load.people import People
from tests.load.scenarios import Scenario

PASSWORD = "bench-demo-password"
SETTINGS = {
    "PEYGIR_DEMO_PASSWORD": PASSWORD,
    "PEYGIR_LOG_LEVEL": "WARNING",
    # Who follows a ticket comes from an address of his own.
    "PEYGIR_TRUSTED_PROXIES": "127.0.0.1",
    "PEYGIR_LIMIT_TRACK_CODE": "1000/minute",
}
#: What is measured with, and not itself.
_NOT_OURS = ("driver", "sms-provider", "mail-sink", "push-sink")
_QUIET_SECONDS = 0.3
#: Looking costs every process some milliseconds.
_LOOK_SECONDS = 0.2
_DRAIN_SECONDS = 300.0
_LATENESS_BAR_MS = 250


class Alarms(NamedTuple):
    """Tickets that fall due: so many, registered so fast, under an agreement."""

    agreement: dict[str, Any]
    rate: float
    tickets: int

    @property
    def per_second(self) -> float:
        """How many alarms fall due a second."""
        return self.rate * len(self.agreement["targets"][0]["marks"])


class Bench:
    """Measures on one installation."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.addresses = installation.addresses
        self.people = People(self.addresses.gateway, PASSWORD)
        names = [*installation.process_names, *installation.server_names]
        self.pids = {name: pid for name in names if (pid := installation.pid(name))}

    def warm_up(self) -> None:
        """Let every process do its work for the first time."""
        asyncio.run(by_callers(lambda http, _n: self.people.register(http), callers=8, count=200))
        self.await_quiet()

    def measure(self, run: Any) -> tuple[Measured, dict[str, float], float]:
        """Run a scenario and wait until everything that follows is done.

        Gives times, CPU milliseconds per request by process, and the seconds the rest took.
        """
        meter = CpuMeter(self.pids)
        before = _own_cpu()
        measured: Measured = asyncio.run(run)
        driver = _own_cpu() - before
        drained = self._drain()
        each = meter.milliseconds_each(len(measured.seconds))
        each["driver"] = round(1000 * driver / max(len(measured.seconds), 1), 3)
        return measured, each, drained

    def row(self, scenario: Scenario, seconds: float) -> dict[str, Any]:
        """Run a scenario for about so long; gives its line of the results."""
        asked = DatabaseMeter(self.addresses.mongo_uri)
        measured, each, drained = self.measure(scenario(self.people, seconds))
        ours = sum(value for name, value in each.items() if name not in _NOT_OURS)
        took = measured.lasted + drained
        return {
            **measured.row(),
            "drained_after_seconds": round(drained, 1),
            "fully_processed_per_second": round(len(measured.seconds) / took, 1),
            "cpu_ms_each": round(ours, 2),
            "cpu_ms_by_process": each,
            "database_operations_each": asked.each(len(measured.seconds)),
        }

    def _drain(self) -> float:
        """Wait until nothing more happens; gives after how many seconds the last thing did."""
        began = last = time.monotonic()
        seen, seen_at = self._progress(), time.monotonic()
        while last - began < _DRAIN_SECONDS:
            time.sleep(_LOOK_SECONDS)
            before, seen = seen, self._progress()
            now = time.monotonic()
            if seen["pending"] or seen != before:
                last = seen_at = now
            elif now - seen_at >= _QUIET_SECONDS:
                return last - began
        raise TimeoutError("what follows does not come to an end")

    def await_quiet(self) -> None:
        """Wait until nothing more happens."""
        wait_for("drain", self.is_quiet, 120)

    def is_quiet(self) -> bool:
        """Tell whether nothing more happens: nothing pending, and no event for a moment."""
        first = self._progress()
        if first["pending"]:
            return False
        time.sleep(_QUIET_SECONDS)
        return self._progress() == first

    def _progress(self) -> dict[str, float]:
        handled = pending = deliveries = 0.0
        for name in self.addresses.metrics:
            text = self.looked_at(name)
            handled += _sum(text, "peygir_events_handled_total")
            pending += _sum(text, "peygir_relay_pending_events")
            deliveries += _sum(text, "peygir_deliveries_total")
        return {"handled": handled, "pending": max(0.0, pending), "deliveries": deliveries}

    def metrics(self, name: str) -> str:
        """Read a process's metrics."""
        url = f"{self.addresses.metrics[name].rstrip('/')}/metrics".replace(
            "/metrics/metrics", "/metrics"
        )
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - this machine
            return str(answer.read().decode())

    def count(self, name: str, metric: str, **labels: str) -> float:
        """Sum a metric's samples that have these labels."""
        return _sum(self.looked_at(name), metric, **labels)

    def looked_at(self, name: str) -> str:
        """Read a process's metrics; nothing while it is stopped."""
        try:
            return self.metrics(name)
        except OSError:
            return ""

    def alarms(self) -> dict[str, float]:
        """Give how many alarms were told so far, by the edges of lateness in seconds."""
        return _buckets(self.metrics("sla"), "peygir_due_lateness_seconds")

    def _breaches(self) -> float:
        return _sum(self.metrics("sla"), "peygir_sla_breaches_total")

    def lateness(self, alarms: Alarms) -> dict[str, float]:
        """Let alarms fall due while tickets come, and give how late their events were confirmed.

        Where the disk stood still for a second, marks of one ticket come in one commit, which
        counts once.
        """
        definition = {"definition": alarms.agreement}
        self.people.api("admin").request("PUT", "/admin/agreements/due-soon", definition)
        wait_for("quiet", self.is_quiet, 60)
        before = self.alarms()
        expected = alarms.tickets + self._breaches()
        send = lambda http, _number: self.people.register(http, channel="api")  # noqa: E731
        with DiskProbe(self.installation.base) as disk:
            asyncio.run(at_rate(send, rate=alarms.rate, seconds=alarms.tickets / alarms.rate))
            wait_for("alarms", lambda: self._breaches() >= expected and self.is_quiet(), 180)
        row = lateness_row(before, self.alarms())
        return {**row, "alarms_per_second": alarms.per_second, **disk.row()}


def lateness_row(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    """Give how late the alarms between two looks were, as upper edges of their buckets."""
    counts = {edge: after[edge] - before.get(edge, 0) for edge in after}
    return {
        "alarms": counts["+Inf"],
        "within_250_ms": round(counts["0.25"] / counts["+Inf"], 4),
        "p50_below_ms": _quantile(counts, 0.5),
        "p99_below_ms": _quantile(counts, 0.99),
        "p99_wanted_below_ms": _LATENESS_BAR_MS,
        "max_below_ms": _quantile(counts, 1.0),
    }


def _own_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _sum(text: str, name: str, **labels: str) -> float:
    pattern = re.compile(rf"^{name}(?:\{{([^}}]*)\}})? ([0-9.e+-]+)$", re.MULTILINE)
    wanted = {f'{label}="{value}"' for label, value in labels.items()}
    samples = pattern.findall(text)
    return sum(float(value) for found, value in samples if wanted <= set(found.split(",")))


def _buckets(text: str, name: str) -> dict[str, float]:
    pattern = re.compile(rf'^{name}_bucket\{{le="([^"]+)"\}} ([0-9.e+]+)$', re.MULTILINE)
    return {edge: float(value) for edge, value in pattern.findall(text)}


def _quantile(counts: dict[str, float], share: float) -> float:
    """Give the upper edge of the bucket that holds the quantile, in milliseconds."""
    wanted = counts["+Inf"] * share
    for edge, value in sorted(counts.items(), key=lambda item: float(item[0])):
        if value >= wanted:
            return round(float(edge) * 1000, 1)
    return float("inf")


def _settings_given() -> dict[str, str]:
    """Give the settings of this process's environment: one may be measured with others."""
    return {name: value for name, value in os.environ.items() if name.startswith("PEYGIR_")}


@contextmanager
def started(
    folder: Path,
    results: dict[str, Any],
    replicas: Mapping[str, int] | None = None,
    settings: Mapping[str, str] | None = None,
) -> Iterator[Bench]:
    """Give a bench on an installation of its own, warm; how long the start took is a result."""
    environment = {**SETTINGS, **(settings or {}), **_settings_given()}
    with Installation(
        folder, demo=True, environment=environment, replicas=replicas
    ) as installation:
        began = time.perf_counter()
        each = installation.start()
        seconds = {name: round(value, 1) for name, value in each.items()}
        results["start"] = {"seconds": round(time.perf_counter() - began, 1), "each": seconds}
        bench = Bench(installation)
        bench.warm_up()
        yield bench

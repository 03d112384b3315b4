"""`make bench`: what this machine does with Peygir, beside what it does with bare parts.

Prints one page and keeps it as JSON in `.local/bench.json`. Ratios within one run count; absolute
figures are for orientation, because machines are shared.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import resource
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from deploy.local.installation import Installation
from tests.agreements import QUICK, STORMY
from tests.faults.api import wait_for
from tests.load import baseline
from tests.load.accounting import CpuMeter, memory_megabytes
from tests.load.disk import DiskProbe
from tests.load.driver import Measured, at_rate, by_callers
from tests.load.people import People
from tests.load.scenarios import SCENARIOS, Scenario

PASSWORD = "bench-demo-password"
SETTINGS = {"PEYGIR_DEMO_PASSWORD": PASSWORD, "PEYGIR_LOG_LEVEL": "WARNING"}
#: What is measured with, and not itself.
_NOT_OURS = ("driver", "sms-provider", "mail-sink", "push-sink")
_QUIET_SECONDS = 0.3
_LATENESS_BAR_MS = 250
_IN_MEMORY = Path("/dev/shm")  # noqa: S108 - in folders of our own
#: Where `make bench-data` keeps installations that have stored many tickets, by their number, and
#: in each the codes of some with the proofs of their requesters.
STORED = Path(".local/bench-data")
CODES = "codes.json"
#: What others do; docs/performance.md says how it was measured.
_BEST_PEER = {"create_per_second": 47, "cpu_ms_per_ticket": 34.5, "create_p50_ms": 51}


class Alarms(NamedTuple):
    """Tickets that fall due: so many, registered so fast, under an agreement."""

    agreement: dict[str, Any]
    rate: float
    tickets: int

    @property
    def per_second(self) -> float:
        """How many alarms fall due a second."""
        return self.rate * len(self.agreement["targets"][0]["marks"])


_UNDER_LOAD = Alarms(QUICK, rate=25, tickets=500)
_ALARMS = {
    "lateness_20_alarms_a_second": Alarms(QUICK, rate=10, tickets=500),
    "lateness_50_alarms_a_second": _UNDER_LOAD,
    # From 15 to 25 seconds after the beginning 500 fall due a second, while 100 tickets come.
    "alarm_storm": Alarms(STORMY, rate=100, tickets=2500),
}


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
        drained = wait_for("drain", self.is_quiet, 300)
        each = meter.milliseconds_each(len(measured.seconds))
        each["driver"] = round(1000 * driver / max(len(measured.seconds), 1), 3)
        return measured, each, drained

    def row(self, scenario: Scenario, seconds: float) -> dict[str, Any]:
        """Run a scenario for about so long; gives its line of the results."""
        measured, each, drained = self.measure(scenario(self.people, seconds))
        ours = sum(value for name, value in each.items() if name not in _NOT_OURS)
        took = measured.lasted + max(0.0, drained - _QUIET_SECONDS)
        return {
            **measured.row(),
            "drained_after_seconds": round(drained, 1),
            "fully_processed_per_second": round(len(measured.seconds) / took, 1),
            "cpu_ms_each": round(ours, 2),
            "cpu_ms_by_process": each,
        }

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
            text = self.metrics(name)
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

    def _alarms(self) -> dict[str, float]:
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
        before = self._alarms()
        expected = alarms.tickets + self._breaches()
        send = lambda http, _number: self.people.register(http, channel="api")  # noqa: E731
        with DiskProbe(self.installation.base) as disk:
            asyncio.run(at_rate(send, rate=alarms.rate, seconds=alarms.tickets / alarms.rate))
            wait_for("alarms", lambda: self._breaches() >= expected and self.is_quiet(), 180)
        after = self._alarms()
        counts = {edge: after[edge] - before.get(edge, 0) for edge in after}
        return {
            "alarms": counts["+Inf"],
            "alarms_per_second": alarms.per_second,
            "within_250_ms": round(counts["0.25"] / counts["+Inf"], 4),
            "p50_below_ms": _quantile(counts, 0.5),
            "p99_below_ms": _quantile(counts, 0.99),
            "p99_wanted_below_ms": _LATENESS_BAR_MS,
            **disk.row(),
        }


def _own_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _sum(text: str, name: str) -> float:
    pattern = re.compile(rf"^{name}(?:\{{[^}}]*\}})? ([0-9.e+-]+)$", re.MULTILINE)
    return sum(float(value) for value in pattern.findall(text))


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


@contextmanager
def started(folder: Path, results: dict[str, Any]) -> Iterator[Bench]:
    """Give a bench on an installation of its own, warm; how long the start took is a result."""
    began = time.perf_counter()
    with Installation(folder, demo=True, environment=SETTINGS) as installation:
        installation.start_servers()
        results["start"] = {"servers_seconds": round(time.perf_counter() - began, 1)}
        began = time.perf_counter()
        installation.start_processes()
        installation.wait_ready(120)
        results["start"]["processes_seconds"] = round(time.perf_counter() - began, 1)
        bench = Bench(installation)
        bench.warm_up()
        yield bench


def run(folder: Path, names: Sequence[str], *, seconds: float) -> dict[str, Any]:
    """Run scenarios; gives the figures."""
    results: dict[str, Any] = {"machine": {"cores": os.cpu_count()}}
    whole = set(names) == set(SCENARIOS)
    with started(folder, results) as bench:
        if (folder / CODES).exists():
            stored = json.loads((folder / CODES).read_text())
            bench.people.codes = [(code, proof) for code, proof in stored]
        results["memory_mb"] = {
            name: round(memory_megabytes(pid), 1) for name, pid in bench.pids.items()
        }
        for name in names:
            results[name] = bench.row(SCENARIOS[name], seconds)
        for name, alarms in _ALARMS.items() if whole else ():
            results[name] = bench.lateness(alarms)
        print(show(results), file=sys.stderr)
        results["baseline"] = {
            "broker": baseline.broker(bench.addresses.amqp_uri),
            "database": baseline.database(bench.addresses.mongo_uri),
            "bare_route": baseline.bare_route(),
        }
    if whole:
        results["lateness_in_memory"] = lateness_in_memory()
    results["best_peer"] = _BEST_PEER
    return results


def lateness_in_memory() -> dict[str, Any]:
    """Measure lateness with all data in memory: what is ours, and not the disk's."""
    if not _IN_MEMORY.is_dir():
        return {"skipped": f"no {_IN_MEMORY} here"}
    with (
        tempfile.TemporaryDirectory(prefix="peygir-bench-", dir=_IN_MEMORY) as folder,
        started(Path(folder), {}) as bench,
    ):
        return bench.lateness(_UNDER_LOAD)


def show(results: dict[str, Any]) -> str:
    """Give the page."""
    lines = []
    for name, figures in results.items():
        lines.append(name)
        for key, value in figures.items():
            told = value
            if isinstance(value, dict):
                told = "  ".join(f"{part} {figure}" for part, figure in value.items())
            lines.append(f"  {key:28} {told}")
    return "\n".join(lines)


def main() -> int:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(prog="python -m tests.load.bench", description=__doc__)
    parser.add_argument(
        "--scenario", type=lambda names: names.split(","), help="names, comma separated; else all"
    )
    parser.add_argument("--stored", type=int, help="tickets that are stored: see make bench-data")
    parser.add_argument("--seconds", type=float, default=15.0, help="of each scenario, about")
    parser.add_argument("--report", type=Path, default=Path(".local/bench.json"))
    options = parser.parse_args()
    names = options.scenario or list(SCENARIOS)
    if options.stored:
        folder = STORED / str(options.stored)
        if not (folder / CODES).exists():
            parser.error(f"nothing in {folder}: make bench-data STORED={options.stored}")
        results = run(folder, names, seconds=options.seconds)
    else:
        with tempfile.TemporaryDirectory(prefix="peygir-bench-") as temporary:
            results = run(Path(temporary), names, seconds=options.seconds)
    options.report.parent.mkdir(parents=True, exist_ok=True)
    options.report.write_text(json.dumps(results, indent=1))
    print(show(results))
    return 0


if __name__ == "__main__":
    sys.exit(main())

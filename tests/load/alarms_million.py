"""`make bench-alarms`: a million open tickets, and how late alarms are at a thousand a second.

An installation of its own. The stock's marks lie days ahead; what falls due during a measurement
is stored beside it. Notify and reporting stand still meanwhile, because the bar is for alarms with
nothing beside them; what they are told waits in their queues.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.database import Database

from deploy.local.installation import Installation
from services.sla.demo import WORKDAYS
from tests.faults.api import wait_for
from tests.load.accounting import CpuMeter, memory_megabytes
from tests.load.backlog import Backlog
from tests.load.disk import DiskProbe
from tests.load.events import draw_codes, example
from tests.load.measuring import SETTINGS, Bench, lateness_row
from tests.load.open_tickets import Stock
from tests.load.warming import give_memory

_MILLION = 1_000_000
#: The stock was registered over so many days, and its first marks come as many days from now.
_DAYS = 4
_INSTANTS = 5_000
#: Longer ago than anything that looks for what came lately.
_AGE = timedelta(hours=1)
_STORED_IN = ("sla", "routing")
_RATE, _SECONDS = 1_000, 20
#: While clocks are re-planned.
_RATE_BESIDE = 100
_AHEAD_SECONDS = 20.0
_PLANNED = 10_000
_PATIENCE_SECONDS = 120
#: A new index over a million tickets takes its time.
_START_SECONDS = 300
_IDLE = ("notify", "reporting")
_STEPS = ("start", "planning", "storm", "replanning")
_OFFICE = "office-of-a-million"
#: The newest figures of each step, which `make bench` shows too.
REPORT = Path(".local/alarms-million.json")
#: What `make bench` measures by itself.
_SMALL, _SMALL_STEPS, _SMALL_SECONDS = 20_000, ("planning", "replanning"), 5


def _promise(channel: str, targets: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"match": {"channel": [channel]}, "targets": list(targets)}


def _target(clock: str, within: str, calendar: str, *percents: int) -> dict[str, Any]:
    marks = [{"percent": percent, "notices": []} for percent in percents]
    return {"clock": clock, "within": within, "calendar": calendar, "marks": marks}


_AGREEMENTS = {
    "bench-stock": _promise(
        "bench-stock",
        [
            _target("first_response", f"P{4 * _DAYS}D", "around-the-clock", 50, 75, 100),
            _target("resolution", "PT400H", _OFFICE, 75, 100),
        ],
    ),
    # One mark, so that each ticket falls due once.
    "bench-due": _promise("bench-due", [_target("first_response", "P1D", "around-the-clock", 100)]),
}


class Million:
    """One installation with so many open tickets."""

    def __init__(self, bench: Bench, tickets: int) -> None:
        self.bench = bench
        self.tickets = tickets
        client = MongoClient[dict[str, Any]](bench.addresses.mongo_uri)
        self._server = client.admin
        give_memory(client)
        self.sla: Database[dict[str, Any]] = client["peygir_sla"]
        self.routing: Database[dict[str, Any]] = client["peygir_routing"]
        self.admin = bench.people.api("admin")
        if not self._version():
            self._define("calendars", _OFFICE, _office(1))
            for name, definition in _AGREEMENTS.items():
                self._define("agreements", name, definition)
        self._used = {item["_id"] for item in self.sla["tickets"].find({}, {"_id": 1})}

    @cached_property
    def stock(self) -> Stock:
        """Who stores tickets, under what is published now."""
        return Stock(self.sla, self.routing)

    @property
    def is_filled(self) -> bool:
        """Whether the stock is there from an earlier run."""
        return len(self._used) >= self.tickets

    @property
    def stored(self) -> int:
        """How many tickets there are, nearly all of them open."""
        return len(self._used)

    def fill(self) -> dict[str, float]:
        """Store the stock; gives how long that took, and what it takes in the database.

        Sla and routing are away meanwhile: a new installation numbers whatever it finds.
        """
        empty = self.memory()
        for name in _STORED_IN:
            self.bench.installation.stop_process(name)
        began = time.monotonic()
        now = datetime.now(UTC) - _AGE
        step = timedelta(days=_DAYS) / _INSTANTS
        codes = sorted(self._draw(self.tickets))
        registered = [now - step * (_INSTANTS - number) for number in range(_INSTANTS)]
        self.stock.add(codes, registered, "bench-stock")
        self.bench.installation.start_processes(_STORED_IN)
        self.bench.installation.wait_ready(names=_STORED_IN)
        self.bench.pids["routing"] = self.bench.installation.pid("routing") or 0
        stats = self.sla.command("collStats", "tickets")
        return {
            "tickets": len(codes),
            "made_in_seconds": round(time.monotonic() - began),
            "sla_memory_before_mb": empty,
            "bytes_each_on_disk": round(stats["storageSize"] / len(codes)),
            "index_bytes_each": round(stats["totalIndexSize"] / len(codes)),
        }

    def start(self) -> dict[str, float]:
        """Start sla anew; gives how long that takes."""
        installation = self.bench.installation
        installation.stop_process("sla")
        began = time.monotonic()
        installation.start_process("sla")
        installation.wait_ready(names=["sla"])
        seconds = time.monotonic() - began
        wait_for("a lease", lambda: self._gauge("peygir_lease_held", lease="due") == 1, 30)
        return {"seconds": round(seconds, 1)}

    def plan(self) -> dict[str, float]:
        """Give how fast clocks are started for tickets that are registered."""
        backlog = Backlog(self.bench)
        backlog.stop("sla", "routing")
        backlog.tell(example("ticket.registered", channel="bench-stock"), draw_codes(_PLANNED))
        row = backlog.drained(["sla"], _PLANNED, source="intake")
        self.bench.installation.start_process("routing")
        wait_for("routing to be done", self.bench.is_quiet, 300)
        self.bench.pids["routing"] = self.bench.installation.pid("routing") or 0
        return row

    def lateness(self, rate: int, seconds: int) -> dict[str, float]:
        """Let so many alarms fall due a second; gives how late they were told."""
        before = self.bench.alarms()
        begin = self._due(rate, seconds)
        names = {name: self.bench.pids[name] for name in ("routing", "mongod", "rabbitmq")}
        meter = CpuMeter(names | {"sla": self.bench.installation.pid("sla") or 0})
        wanted = before.get("+Inf", 0) + rate * seconds
        with DiskProbe(self.bench.installation.base) as disk:
            # Reading the metrics costs sla some of its time.
            time.sleep(max(0.0, (begin - datetime.now(UTC)).total_seconds()) + seconds)
            came = wait_for(
                "alarms", lambda: self.bench.alarms().get("+Inf", 0) >= wanted, _PATIENCE_SECONDS
            )
        row = lateness_row(before, self.bench.alarms()) | {"alarms_per_second": rate}
        each = meter.milliseconds_each(rate * seconds)
        return (
            row
            | {"done_after_seconds": round(came, 1)}
            | {f"cpu_ms_{n}": v for n, v in each.items()}
            | disk.row()
        )

    def replan(self, seconds: float) -> dict[str, float]:
        """Publish a calendar; gives how fast open clocks follow it, and alarms' lateness then."""
        version = self._version()
        query = {"goes_by": {"$in": [f"{_OFFICE}@{number + 1}" for number in range(version)]}}
        self._define("calendars", _OFFICE, _office(version + 1))
        count = self.sla["tickets"].count_documents
        left = first = count(query)
        wait_for("the first to follow", lambda: count(query) < first, 60)
        left, began = count(query), time.monotonic()
        alarms = self.lateness(_RATE_BESIDE, int(seconds))
        passed, after = time.monotonic() - began, count(query)
        rate = (left - after) / passed
        return {
            "tickets_per_second": round(rate),
            "for_all_minutes": round(first / max(rate, 1) / 60, 1),
        } | {f"alarms_{name}": value for name, value in alarms.items()}

    def _due(self, rate: int, seconds: int) -> datetime:
        """Store tickets that fall due evenly from a moment from now on; gives that moment."""
        count = rate * seconds
        each = max(1, rate // 100)
        begin = datetime.now(UTC) + timedelta(seconds=_AHEAD_SECONDS + count / 2_000)
        due = [begin + timedelta(seconds=number / rate) for number in range(0, count, each)]
        registered = [at - timedelta(days=1) for at in due]
        self.stock.add(self._draw(count), registered, "bench-due")
        # The database is not to be busy storing what only the measurement needs.
        self._server.command("fsync")
        if datetime.now(UTC) > begin:
            raise TimeoutError("the machine is too slow to store what falls due")
        return begin

    def _define(self, kind: str, name: str, definition: dict[str, Any]) -> None:
        self.admin.request("PUT", f"/admin/{kind}/{name}", {"definition": definition})

    def _version(self) -> int:
        """Give the newest version of the stock's calendar."""
        return self.sla["published"].count_documents({"kind": "calendar", "id": _OFFICE})

    def _draw(self, count: int) -> list[str]:
        """Draw codes that no ticket has."""
        codes: set[str] = set()
        while len(codes) < count:
            codes |= set(draw_codes(count - len(codes))) - self._used
        self._used |= codes
        return list(codes)

    def memory(self) -> float:
        """Give sla's memory in megabytes."""
        return round(memory_megabytes(self.bench.installation.pid("sla") or 0), 1)

    def _gauge(self, name: str, **labels: str) -> float:
        return self.bench.count("sla", name, **labels)


def _office(version: int) -> dict[str, Any]:
    """Give the office hours, in each version half an hour later than in the one before."""
    minutes = 8 * 60 + 30 * (version % 8)
    window = f"{minutes // 60:02}:{minutes % 60:02}-{minutes // 60 + 8:02}:{minutes % 60:02}"
    return {"zone": "Asia/Tehran", "week": {day: [window] for day in WORKDAYS}}


def measure(bench: Bench, tickets: int, seconds: int, steps: Sequence[str]) -> dict[str, Any]:
    """Give the figures of some steps; the stock is made where it is not there."""
    results: dict[str, Any] = {}

    def told(name: str, row: dict[str, float]) -> None:
        results[name] = row
        print(f"{name}: {row}", file=sys.stderr, flush=True)

    million = Million(bench, tickets)
    if not million.is_filled:
        told("stock", million.fill())
    measures: dict[str, Callable[[], dict[str, float]]] = {
        "start": million.start,
        "planning": million.plan,
        "storm": lambda: million.lateness(_RATE, seconds),
        "replanning": lambda: million.replan(seconds),
    }
    for name in steps:
        told(name, measures[name]())
        results[name] |= {"sla_memory_mb": million.memory(), "tickets": million.stored}
    return results


def in_small(bench: Bench) -> dict[str, Any]:
    """Give the figures with some thousand open, and those that were kept of the last large run."""
    for name in _IDLE:
        bench.installation.stop_process(name)
    measured = measure(bench, _SMALL, _SMALL_SECONDS, _SMALL_STEPS)
    rows = {f"alarms_{name}_{_SMALL}_open": measured[name] for name in _SMALL_STEPS}
    return rows | {f"alarms_{name}_kept": row for name, row in kept().items()}


def kept() -> dict[str, Any]:
    """Give the newest rows of `make bench-alarms` by step, each with its day."""
    return dict(json.loads(REPORT.read_text())) if REPORT.exists() else {}


def main() -> int:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.load.alarms_million", description=__doc__
    )
    parser.add_argument("--tickets", type=int, default=_MILLION)
    parser.add_argument("--seconds", type=int, default=_SECONDS, help="of each lateness")
    parser.add_argument("--report", type=Path, default=REPORT)
    parser.add_argument(
        "--steps", type=lambda names: [name for name in names.split(",") if name], default=_STEPS
    )
    parser.add_argument("--keep", type=Path, help="a folder for the stock; used again if there")
    options = parser.parse_args()
    with contextlib.ExitStack() as house:
        folder = options.keep or Path(
            house.enter_context(tempfile.TemporaryDirectory(prefix="peygir-bench-"))
        )
        installation = house.enter_context(Installation(folder, demo=True, environment=SETTINGS))
        installation.start(_START_SECONDS)
        # What they were not told by an earlier run is to wait on.
        for name in _IDLE:
            installation.stop_process(name)
        bench = Bench(installation)
        bench.warm_up()
        results = measure(bench, options.tickets, options.seconds, options.steps)
    today = {"measured_on": str(datetime.now(UTC).date())}
    report = kept() | {name: row | today for name, row in results.items()}
    options.report.parent.mkdir(parents=True, exist_ok=True)
    options.report.write_text(json.dumps(report, indent=1))
    print(json.dumps(results, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""`make bench`: what this machine does with Peygir, beside what it does with bare parts.

Prints one page and keeps it as JSON in `.local/bench.json`. Ratios within one run count; absolute
figures are for orientation, because machines are shared.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.agreements import QUICK, STORMY
from tests.load import (
    alarms_million,
    assigning,
    baseline,
    consuming,
    subscribing,
    trying,
    warming,
)
from tests.load.accounting import memory_megabytes
from tests.load.measuring import Alarms, Bench, started
from tests.load.scenarios import BEFORE, SCENARIOS

_IN_MEMORY = Path("/dev/shm")  # noqa: S108 - in folders of our own
#: Where `make bench-data` keeps installations that have stored many tickets, by their number, and
#: in each the codes of some with the proofs of their requesters.
STORED = Path(".local/bench-data")
CODES = "codes.json"
_COPY = STORED / "measured"
#: A broker knows its folder by its whole path; its queues were empty.
_NOT_COPIED = ("rabbitmq", "logs")
#: What others do; docs/performance.md says how it was measured.
_BEST_PEER = {"create_per_second": 47, "cpu_ms_per_ticket": 34.5, "create_p50_ms": 51}

_UNDER_LOAD = Alarms(QUICK, rate=25, tickets=500)
_ALARMS = {
    "lateness_20_alarms_a_second": Alarms(QUICK, rate=10, tickets=500),
    "lateness_50_alarms_a_second": _UNDER_LOAD,
    # From 15 to 25 seconds after the beginning 500 fall due a second, while 100 tickets come.
    "alarm_storm": Alarms(STORMY, rate=100, tickets=2500),
}
#: What is measured on an installation of its own.
PARTS: dict[str, Callable[[Bench], dict[str, Any]]] = {
    "assigning": assigning.assigning,
    "bus": consuming.consuming,
    "sharing": consuming.sharing,
    "subscribing": subscribing.subscribing,
    "waiting": consuming.waiting,
    "trial": trying.trying,
    "open_alarms": alarms_million.in_small,
}
#: Those that belong to the whole; the others are asked for by name.
_USUAL = ("assigning", "bus", "subscribing", "open_alarms")
_REPLICAS = {"sharing": {"sla": 2}}
_SETTINGS = {"subscribing": {"PEYGIR_PUBLIC_EVENTS": "1"}}


def run(folder: Path, names: Sequence[str], *, seconds: float) -> dict[str, Any]:
    """Run scenarios; gives the figures."""
    results: dict[str, Any] = {"machine": {"cores": os.cpu_count()}}
    whole = {*SCENARIOS, *_ALARMS} <= set(names)
    with started(folder, results) as bench:
        if (folder / CODES).exists():
            stored = json.loads((folder / CODES).read_text())
            bench.people.codes = [(code, proof) for code, proof in stored]
            warming.warm_up(bench.addresses.mongo_uri)
        results["memory_mb"] = {
            name: round(memory_megabytes(pid), 1) for name, pid in bench.pids.items()
        }
        for name in names:
            if name in _ALARMS:
                results[name] = bench.lateness(_ALARMS[name])
            else:
                if name in BEFORE:
                    asyncio.run(BEFORE[name](bench.people))
                    bench.await_quiet()
                results[name] = bench.row(SCENARIOS[name], seconds)
        print(show(results), file=sys.stderr)
        results["baseline"] = {
            "broker": baseline.broker(bench.addresses.amqp_uri),
            "database": baseline.database(bench.addresses.mongo_uri),
            "bare_route": baseline.bare_route(),
        }
        results["commits"] = commits(bench.addresses.mongo_uri)
    if whole:
        results["lateness_in_memory"] = lateness_in_memory()
    results["best_peer"] = _BEST_PEER
    return results


@contextmanager
def _copy(folder: Path) -> Iterator[Path]:
    """Give a copy to measure on, so that every run finds the same tickets."""
    shutil.rmtree(_COPY, ignore_errors=True)  # of a run that was broken off
    _COPY.mkdir()
    wanted = [each for each in folder.iterdir() if each.name not in _NOT_COPIED]
    try:
        subprocess.run(["cp", "-a", "--reflink=auto", *wanted, _COPY], check=True)
        yield _COPY
    finally:
        shutil.rmtree(_COPY)


def run_part(name: str) -> dict[str, Any]:
    """Measure something that needs its own installation."""
    with (
        tempfile.TemporaryDirectory(prefix="peygir-bench-") as folder,
        started(Path(folder), {}, _REPLICAS.get(name), _SETTINGS.get(name)) as bench,
    ):
        return PARTS[name](bench)


def commits(uri: str) -> dict[str, float]:
    """Measure the journal's writer, in a process that is patched for it."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.load.committing", uri]
    found = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return dict(json.loads(found.stdout))


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
    parser.add_argument("--seconds", type=float, default=12.0, help="of each scenario, about")
    parser.add_argument("--report", type=Path, default=Path(".local/bench.json"))
    options = parser.parse_args()
    asked = options.scenario or [*SCENARIOS, *_ALARMS, *_USUAL]
    names = [name for name in asked if name not in PARTS]
    results: dict[str, Any] = {}
    if options.stored:
        folder = STORED / str(options.stored)
        if not (folder / CODES).exists():
            parser.error(f"nothing in {folder}: make bench-data STORED={options.stored}")
        with _copy(folder) as copy:
            results = run(copy, names, seconds=options.seconds)
    elif names:
        with tempfile.TemporaryDirectory(prefix="peygir-bench-") as temporary:
            results = run(Path(temporary), names, seconds=options.seconds)
    for name in asked if not options.stored else ():
        if name in PARTS:
            results |= run_part(name)
    options.report.parent.mkdir(parents=True, exist_ok=True)
    options.report.write_text(json.dumps(results, indent=1))
    print(show(results))
    return 0


if __name__ == "__main__":
    sys.exit(main())

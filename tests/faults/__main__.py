"""`python -m tests.faults [--tickets N] [--rate R] [--seed S] [--test NAME]`: runs and reports.

Tests: `kills` (every service, then the broker, then mongod killed with -9 once under load) and
`emptied` (the broker's whole data folder deleted midway).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from deploy.local.installation import Installation
from deploy.local.servers import mongod, rabbitmq
from tests.faults import audit
from tests.faults.api import Api, wait_for
from tests.faults.ledger import Ledger
from tests.faults.load import Load

_PASSWORD = "faults-demo-password"
_DRAIN_SECONDS = 300.0
_SERVICES = ("intake", "routing", "sla", "notify", "reporting")

#: What a fault does to the installation.
Fault = Callable[[Installation], None]


def kill(name: str) -> Fault:
    """Kill a process as a power cut would; the supervisor starts it again."""
    return lambda installation: installation.kill(name, signal.SIGKILL)


def empty_broker(installation: Installation) -> None:
    """Delete everything that the broker has stored, and start it afresh."""
    installation.kill(rabbitmq.NAME, signal.SIGKILL)
    installation.stop_process(rabbitmq.NAME)
    shutil.rmtree(installation.data_folder(rabbitmq.NAME))
    installation.start_process(rabbitmq.NAME)


def plan(test: str, chance: random.Random) -> list[tuple[str, Fault]]:
    """Give the faults of a test in order; the same seed gives the same list."""
    if test == "emptied":
        return [("emptied broker", empty_broker)]
    services = list(_SERVICES)
    chance.shuffle(services)
    return [(name, kill(name)) for name in [*services, rabbitmq.NAME, mongod.NAME]]


def inject(
    installation: Installation, load: Load, faults: list[tuple[str, Fault]], count: int
) -> list[dict[str, Any]]:
    """Let the faults happen, spread evenly over the load; gives when each did."""
    happened = []
    for number, (name, fault) in enumerate(faults, 1):
        at = count * number // (len(faults) + 1)
        wait_for("load", lambda at=at: load.sent >= at, 600)
        fault(installation)
        happened.append({"fault": name, "after_tickets": load.sent, "at": time.time()})
        print(f"  {load.sent:5d} sent: {name}", file=sys.stderr)
    return happened


def run(test: str, *, tickets: int, rate: float, seed: int, folder: Path) -> dict[str, Any]:
    """Run one test on an installation of its own; gives its figures."""
    settings = {
        "PEYGIR_DEMO_PASSWORD": _PASSWORD,
        "PEYGIR_LOG_LEVEL": "WARNING",
        "PEYGIR_RETRY_SECONDS": "1,2,5,10,20,30",
    }
    with Installation(folder / test, demo=True, environment=settings) as installation:
        installation.start_servers()
        installation.start_processes()
        installation.wait_ready(120)
        addresses = installation.addresses
        api = Api(addresses.gateway, "admin", _PASSWORD)
        ledger = Ledger(folder / f"{test}-{seed}.ledger")
        load = Load(addresses.gateway, api.token, ledger, seed=seed)
        thread = threading.Thread(target=lambda: asyncio.run(load.run(tickets, rate)))
        thread.start()
        happened = inject(installation, load, plan(test, random.Random(seed)), tickets)
        thread.join()
        drain = wait_for("drain", lambda: audit.is_drained(api, ledger), _DRAIN_SECONDS)
        findings = audit.compare(api, ledger)
        audit.wait_for_notices(addresses, findings, list(ledger.acknowledged.values()))
        ledger.close()
    return {
        "test": test,
        "seed": seed,
        "accepted": findings.accepted,
        "lost": len(findings.lost),
        "doubled": len(findings.doubled),
        "phantom": len(findings.phantom),
        "stuck": len(findings.stuck),
        "notices": findings.notices,
        "notices_missing": findings.notices_missing,
        "notices_repeated": findings.notices_repeated,
        "p99_seconds": round(ledger.percentile(0.99), 2),
        "drain_seconds": round(drain, 1),
        "refusals": {str(status): count for status, count in sorted(ledger.refusals.items())},
        "faults": happened,
        "clean": findings.clean,
    }


def main() -> int:
    """Run what was asked for; 0 when nothing was lost, doubled or made up."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--test", choices=("kills", "emptied", "all"), default="all")
    parser.add_argument("--tickets", type=int, default=2000)
    parser.add_argument("--rate", type=float, default=40.0, help="tickets a second")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--report", type=Path, default=Path(".local/faults.json"))
    options = parser.parse_args()
    tests = ("kills", "emptied") if options.test == "all" else (options.test,)
    results = []
    with tempfile.TemporaryDirectory(prefix="peygir-faults-") as folder:
        for test in tests:
            result = run(
                test,
                tickets=options.tickets,
                rate=options.rate,
                seed=options.seed,
                folder=Path(folder),
            )
            results.append(result)
            line = {name: value for name, value in result.items() if name != "faults"}
            print(json.dumps(line))
    options.report.parent.mkdir(parents=True, exist_ok=True)
    options.report.write_text(json.dumps(results, indent=1))
    return 0 if all(result["clean"] for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())

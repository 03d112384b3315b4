"""`make profile`: where the time of each process goes during a scenario, as flame graphs.

py-spy looks at a process from outside a hundred times a second; only what holds the interpreter
counts, so that waiting for a server or for a core is not taken for work.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from tests.load.measuring import started
from tests.load.scenarios import SCENARIOS

PROCESSES = ("intake", "routing", "sla", "notify", "reporting", "gateway")
_RATE = 100
_PY_SPY = Path(sys.executable).with_name("py-spy")


def profile(folder: Path, scenario: str, processes: list[str], seconds: float, out: Path) -> None:
    """Run a scenario on an installation of its own, and write one flame graph per process."""
    out.mkdir(parents=True, exist_ok=True)
    with started(folder, {}) as bench:
        spies = [
            threading.Thread(
                target=_spy, args=(bench.pids[name], seconds, out / f"{scenario}-{name}.svg")
            )
            for name in processes
        ]
        for spy in spies:
            spy.start()
        bench.row(SCENARIOS[scenario], seconds)
        for spy in spies:
            spy.join()


def _spy(pid: int, seconds: float, file: Path) -> None:
    options = ["--pid", str(pid), "--duration", str(int(seconds)), "--rate", str(_RATE), "--gil"]
    subprocess.run(
        [str(_PY_SPY), "record", *options, "--output", str(file)],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    print(file)


def main() -> None:
    """Profile what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.load.profile", description=__doc__)
    parser.add_argument("--scenario", choices=SCENARIOS, default="register_32_callers")
    parser.add_argument("--process", choices=PROCESSES, action="append")
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--out", type=Path, default=Path(".local/profiles"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="peygir-profile-") as folder:
        profile(
            Path(folder),
            options.scenario,
            options.process or list(PROCESSES),
            options.seconds,
            options.out,
        )


if __name__ == "__main__":
    main()

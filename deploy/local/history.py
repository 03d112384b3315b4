"""A past for the demo: a month of tickets, simulated in the background on the first start.

Lists, boards and reports of an empty installation show nothing. The simulation is the product's
own (`python -m peygir simulate`) and talks to the gateway like everybody else.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from deploy.local.processes import ROOT
from deploy.local.programs import dying_with_parent

_DAYS = 30
_LOOK_SECONDS = 30
_STOP_SECONDS = 5


class History:
    """The simulation beside a running installation; its progress goes to our terminal."""

    def __init__(self, base: Path, environment: Mapping[str, str]) -> None:
        self._filled = base / "history-filled"
        self._environment = {**os.environ, **environment}
        self._simulation: subprocess.Popen[bytes] | None = None

    @property
    def is_wanted(self) -> bool:
        """False when told not to, when it is there already, or when nothing can make it."""
        return (
            self._environment.get("PEYGIR_DEMO_HISTORY") != "0"
            and not self._filled.exists()
            and self._run("--help", quietly=True).wait(_LOOK_SECONDS) == 0
        )

    def start(self) -> None:
        self._simulation = self._run("--days", str(_DAYS))

    def look(self) -> None:
        """Note it when the simulation has come to its end, so that it is not repeated."""
        if self._simulation is not None and self._simulation.poll() is not None:
            if self._simulation.returncode == 0:
                self._filled.touch()
            self._simulation = None

    def stop(self) -> None:
        """End an unfinished simulation; the next start begins it again."""
        self.look()
        if self._simulation is None:
            return
        self._simulation.terminate()
        try:
            self._simulation.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._simulation.kill()
            self._simulation.wait()

    def _run(self, *arguments: str, quietly: bool = False) -> subprocess.Popen[bytes]:
        output = subprocess.DEVNULL if quietly else None
        return subprocess.Popen(
            dying_with_parent([sys.executable, "-m", "peygir", "simulate", *arguments]),
            cwd=ROOT,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            # A terminal's Ctrl-C is for us, who stop things in order.
            start_new_session=True,
        )

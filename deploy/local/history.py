"""A past for the demo: a month of tickets, simulated in the background on the first start.

Lists, boards and reports of an empty installation show nothing. The simulation is the product's
own (`python -m peygir simulate`) and talks to the gateway like everybody else. Cut off, it goes
on at the next start, as long as it is asked for the same month again.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from deploy.local.processes import ROOT
from deploy.local.programs import dying_with_parent

_DAYS = 30
_STOP_SECONDS = 5
_DONE = "done"


class History:
    """The simulation beside a running installation; its progress goes to our terminal."""

    def __init__(self, base: Path, environment: Mapping[str, str]) -> None:
        # Holds the day before which the past ends, later that all of it is there.
        self._state = base / "history"
        self._environment = {
            **os.environ,
            **environment,
            "PEYGIR_USERNAME": "admin",
            "PEYGIR_PASSWORD": environment["PEYGIR_DEMO_PASSWORD"],
        }
        self._simulation: subprocess.Popen[bytes] | None = None

    @property
    def is_wanted(self) -> bool:
        """Tell whether it is missing, and nobody has said that it shall stay so."""
        told_not_to = self._environment.get("PEYGIR_DEMO_HISTORY") == "0"
        return not told_not_to and self._read_state() != _DONE

    def start(self) -> None:
        until = self._read_state() or f"{datetime.now(UTC):%Y-%m-%d}"
        self._state.write_text(until)
        simulate = [sys.executable, "-m", "peygir", "simulate"]
        self._simulation = subprocess.Popen(
            dying_with_parent([*simulate, "--days", str(_DAYS), "--until", until]),
            cwd=ROOT,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            # A terminal's Ctrl-C is for us, who stop things in order.
            start_new_session=True,
        )

    def look(self) -> None:
        """Note it when the simulation has come to its end, so that it is not begun again."""
        if self._simulation is not None and self._simulation.poll() is not None:
            if self._simulation.returncode == 0:
                self._state.write_text(_DONE)
            self._simulation = None

    def stop(self) -> None:
        self.look()
        if self._simulation is None:
            return
        self._simulation.terminate()
        try:
            self._simulation.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._simulation.kill()
            self._simulation.wait()

    def _read_state(self) -> str:
        return self._state.read_text() if self._state.exists() else ""

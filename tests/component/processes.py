"""One process of ours, from start to end."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from deploy.local.ports import HOST
from deploy.local.programs import Program
from deploy.local.waiting import answers_ok
from tests.component.waiting import eventually

#: Nobody listens there.
NOWHERE = f"{HOST}:9"
_END_SECONDS = 15.0


class Process:
    """One running program, which writes to a log of its own."""

    def __init__(
        self, program: Program, environment: Mapping[str, str], log: Path, ready: str
    ) -> None:
        """Start it; `ready` is the address that answers well once it is ready."""
        self.name = program.name
        self.log = log
        self._ready = ready
        with log.open("ab") as output:
            self._popen = subprocess.Popen(
                program.command,
                cwd=program.folder,
                env=_without_ours() | program.environment | environment,
                stdout=output,
                stderr=output,
            )

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def running(self) -> bool:
        return self._popen.poll() is None

    def wait_ready(self) -> None:
        eventually(self._is_ready, f"{self.name} to be ready")

    def signal(self, number: int) -> None:
        self._popen.send_signal(number)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._popen.kill()
        self._popen.wait()

    def wait(self, seconds: float = _END_SECONDS) -> int:
        """Wait for its end; gives the exit status."""
        return self._popen.wait(seconds)

    def _is_ready(self) -> bool:
        assert self.running, f"{self.name} has ended"
        return answers_ok(self._ready)


def _without_ours() -> dict[str, str]:
    """Give our own environment, without the options of an installation beside the tests."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PEYGIR_")}

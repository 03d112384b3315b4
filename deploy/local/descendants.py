"""The processes below a process, also those that left its process group.

Erlang's helpers do: they end when the pipe to the Erlang machine closes, a moment after it. So
the supervisor's word that its children are gone is not yet that nothing is left.
"""

import contextlib
import os
import signal
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_PAUSE_SECONDS = 0.02


@dataclass(frozen=True)
class Identity:
    """A process id is given again one day; with the start time it stays one process."""

    pid: int
    started: int

    def is_alive(self) -> bool:
        found = _look(self.pid)
        return found is not None and found[0] == self


def descendants_of(pid: int) -> list[Identity]:
    parents = {
        identity: parent
        for entry in Path("/proc").iterdir()
        if entry.name.isdecimal() and (found := _look(int(entry.name)))
        for identity, parent in [found]
    }
    wanted, found_all = {pid}, []
    while below := [identity for identity, parent in parents.items() if parent in wanted]:
        found_all += below
        wanted = {identity.pid for identity in below}
    return found_all


def see_off(processes: Iterable[Identity], seconds: float) -> None:
    """Wait for the processes to end by themselves, and kill those that have not in time."""
    for process in _alive_after(processes, seconds):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
    _alive_after(processes, seconds)


def _alive_after(processes: Iterable[Identity], seconds: float) -> list[Identity]:
    deadline = time.monotonic() + seconds
    while alive := [process for process in processes if process.is_alive()]:
        if time.monotonic() > deadline:
            break
        time.sleep(_PAUSE_SECONDS)
    return alive


def _look(pid: int) -> tuple[Identity, int] | None:
    """The process and its parent; None when there is none or only its exit status is left."""
    try:
        line = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    # The name in parentheses may hold spaces and parentheses of its own.
    state, parent, *rest = line.rpartition(")")[2].split()
    return None if state in "ZX" else (Identity(pid, started=int(rest[17])), int(parent))

"""What processes used, as the operating system says, and what was asked of the database."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pymongo

_TICKS = os.sysconf("SC_CLK_TCK")


def tree(pid: int) -> list[int]:
    """Give a process and everything it started."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found, todo = [], [pid]
    while todo:
        found.append(todo.pop())
        todo += children.get(found[-1], [])
    return found


def cpu_seconds(pid: int) -> float:
    """Give the CPU time of a process with its children, those that ended included."""
    ticks = 0
    for one in tree(pid):
        try:
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += sum(int(value) for value in fields[11:15])
    return ticks / _TICKS


def memory_megabytes(pid: int) -> float:
    """Give the proportional memory of a process with its children."""
    total = 0
    for one in tree(pid):
        try:
            lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


class CpuMeter:
    """CPU time used between two looks, by the name of the process."""

    def __init__(self, pids: Mapping[str, int]) -> None:
        self._pids = dict(pids)
        self.start()

    def start(self) -> None:
        """Count from now on."""
        self._before = {name: cpu_seconds(pid) for name, pid in self._pids.items()}

    def milliseconds_each(self, count: int) -> dict[str, float]:
        """Give what each process used per item since the start, in milliseconds."""
        return {
            name: round(1000 * (cpu_seconds(pid) - self._before[name]) / max(count, 1), 3)
            for name, pid in self._pids.items()
        }


class DatabaseMeter:
    """Operations that the database did between two looks, by collection.

    A command that inserts many documents counts once, one that updates many counts each.
    """

    def __init__(self, uri: str) -> None:
        self._client: pymongo.MongoClient[dict[str, Any]] = pymongo.MongoClient(uri)
        self.start()

    def start(self) -> None:
        """Count from now on."""
        self._before = self._look()

    def each(self, count: int) -> dict[str, float]:
        """Give the operations per item since the start, largest first."""
        found = self._look()
        found.subtract(self._before)
        return {
            name: round(n / max(count, 1), 2) for name, n in found.most_common() if n > 0.05 * count
        }

    def _look(self) -> Counter[str]:
        """Count by `database.collection kind`, as the server's `top` tells it."""
        found: Counter[str] = Counter()
        for space, told in self._client.admin.command("top")["totals"].items():
            if isinstance(told, dict) and "." in space:
                for kind in _KINDS:
                    found[f"{space} {kind}"] += told[kind]["count"]
        return found


#: Operations per item that are not worth a word.
_NOISE = 0.05
_KINDS = ("queries", "getmore", "insert", "update", "remove", "commands")

"""What was asked of the system and what it acknowledged, written down outside of it."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path


class Ledger:
    """A file that is written through at once: it must survive whatever happens to the system."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8", buffering=1)
        self.attempted: set[str] = set()
        #: Code by key.
        self.acknowledged: dict[str, str] = {}
        #: Keys whose repeats were answered with different codes.
        self.contradicted: set[str] = set()
        self.latencies: list[float] = []
        self.refusals: dict[int, int] = {}

    def attempt(self, key: str) -> None:
        """Note a command before it is sent."""
        self.attempted.add(key)
        self._write({"attempt": key})

    def acknowledge(self, key: str, code: str, seconds: float) -> None:
        """Note an answer that says it is done; from here on losing it is a fault."""
        if self.acknowledged.setdefault(key, code) != code:
            self.contradicted.add(key)
        self.latencies.append(seconds)
        self._write({"acknowledged": key, "code": code})

    def refuse(self, status: int) -> None:
        """Count an answer that says it is not done; 0 stands for none at all."""
        self.refusals[status] = self.refusals.get(status, 0) + 1

    def percentile(self, share: float) -> float:
        """Give a percentile of the answers' times, retries included, in seconds."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0

    def close(self) -> None:
        """Have it on the disk."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def _write(self, entry: dict[str, str]) -> None:
        self._file.write(json.dumps({"t": round(time.time(), 3), **entry}) + "\n")

"""What the disk itself takes for a durable write, while something else is measured.

On a shared machine a single `fdatasync` may take longer than everything of ours together.
"""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import Self

_PAUSE_SECONDS = 0.05
_BLOCK = b"x" * 4096


class DiskProbe:
    """Writes and syncs a block now and then, in a thread, while it is entered."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "disk-probe"
        self._seconds: list[float] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._probe)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        self._file.unlink()

    def row(self) -> dict[str, float]:
        """Give the milliseconds that the syncs took."""
        found = sorted(self._seconds)
        at = {"p50": 0.5, "p99": 0.99, "slowest": 1.0}
        return {
            f"disk_sync_{name}_ms": round(1000 * found[min(len(found) - 1, int(len(found) * q))], 1)
            for name, q in at.items()
        }

    def _probe(self) -> None:
        with self._file.open("wb") as file:
            while not self._ended.wait(_PAUSE_SECONDS):
                file.write(_BLOCK)
                file.flush()
                started = time.perf_counter()
                os.fdatasync(file.fileno())
                self._seconds.append(time.perf_counter() - started)

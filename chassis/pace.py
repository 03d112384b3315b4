"""Pacing: under load batches begin a little apart, so that each has more to handle at once."""

from __future__ import annotations

import time

import eventlet


class Pace:
    """Holds a loop that has begun its last batch less than some seconds ago."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._began = float("-inf")

    def wait(self) -> None:
        """Wait until the next batch may begin; after a pause that is at once."""
        left = self._began + self._seconds - time.monotonic()
        if left > 0:
            eventlet.sleep(left)
        self._began = time.monotonic()

"""Pacing: under load batches begin a little apart, so that each has more to handle at once.

Some of what is handled may be in more of a hurry; then the batch that it belongs to is, too.
"""

from __future__ import annotations

import time

import eventlet
from eventlet.event import Event as Signal


class Pace:
    """Holds a loop that has begun its last batch less than some seconds ago."""

    def __init__(self, seconds: float, *, hurried: float | None = None) -> None:
        """`hurried` are the seconds that a batch is held once somebody is in a hurry."""
        self._seconds = seconds
        self._hurried = seconds if hurried is None else min(seconds, hurried)
        self._hurry = Signal()
        self._began = float("-inf")

    def hurry(self) -> None:
        """Hold the next batch no longer than one that is hurried."""
        if not self._hurry.ready():
            self._hurry.send(True)

    def wait(self) -> None:
        """Wait until the next batch may begin; after a pause that is at once."""
        left = self._left(self._seconds)
        if left > 0 and self._hurry.wait(timeout=left):
            eventlet.sleep(self._left(self._hurried))
        if self._hurry.ready():
            self._hurry = Signal()
        self._began = time.monotonic()

    def _left(self, seconds: float) -> float:
        return max(0.0, self._began + seconds - time.monotonic())

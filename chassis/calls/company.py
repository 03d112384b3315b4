"""Company: commands that come while others of their kind are under way begin together.

What begins together asks and writes together (`chassis.gather`): ten finds become one, ten durable
writes become one. Arriving a few milliseconds apart, as under a steady load, each would do its own,
and two cores are full at half the rate that they can carry. Who is alone waits for nobody.
"""

from __future__ import annotations

import time

import eventlet
from eventlet.event import Event as Signal


class Company:
    """Holds what begins until some time has passed since the last beginning."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._began = float("-inf")
        self._next: Signal | None = None

    def wait(self) -> None:
        """Wait for the next beginning, `seconds` at most; long after the last one it is now."""
        if self._next is None:
            left = self._began + self._seconds - time.monotonic()
            if left <= 0:
                self._began = time.monotonic()
                return
            self._next = Signal()
            eventlet.spawn_after(left, self._begin)
        self._next.wait()

    def _begin(self) -> None:
        assert self._next is not None  # noqa: S101 - set by who had this called
        waiting, self._next = self._next, None
        self._began = time.monotonic()
        waiting.send()

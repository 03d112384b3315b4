"""How many calls of a method are begun at once: as many as end while their callers still wait.

A process that is given less of a machine than it needs would otherwise begin everything and end
nothing in time; every caller would ask again, and all the work would be for nobody, for as long as
they ask. The number grows with each call that ends early, and is halved when calls run out of
time. Who is turned away is told so at once, which costs next to nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable

#: Never fewer at once.
LEAST = 4
#: Calls that began together run out of time together: that halves once.
_PAUSE_SECONDS = 1.0
#: A call that took less than this share of its time ended early.
_EARLY = 0.5


class Admission:
    """Counts the calls of one method under way, and says whether one more may begin."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.under_way = 0
        self.limit = float(most)
        self._most = most
        self._clock = clock
        self._halved_at = float("-inf")

    def enter(self) -> bool:
        """Begin a call, where there is room; who began one leaves."""
        if self.under_way >= self.limit:
            return False
        self.under_way += 1
        return True

    def leave(self, share: float) -> None:
        """End a call that took such a share of its time; 1 and more: nobody waits any longer."""
        if share < _EARLY:
            self.limit = min(self.limit + 1, self._most)
        elif share >= 1:
            self._halve()
        self.under_way -= 1

    def _halve(self) -> None:
        now = self._clock()
        if now - self._halved_at >= _PAUSE_SECONDS:
            self._halved_at = now
            self.limit = max(LEAST, min(self.limit, self.under_way) / 2)

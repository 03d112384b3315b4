"""From when on to look for commits: a little back each time, and now and then all the way.

A commit is stamped before it is written, so it may appear behind what was read already: nearly
always at once, and never later than its writer may take, which is `far_seconds`. After trouble
that does not hold: a frozen database may execute a write long after its writer gave up.
"""

from __future__ import annotations

_NEAR_SECONDS = 1.0
_AFTER_TROUBLE_SECONDS = 30.0
#: More than any writer waits for a database that is frozen.
_LONGEST_SECONDS = 600.0


class Lookback:
    """Says where each look begins, so that all looks together miss nothing; times in seconds."""

    def __init__(self, far_seconds: float, near_seconds: float = _NEAR_SECONDS) -> None:
        self._far = far_seconds
        self._near = near_seconds
        self._last = self._last_far = self._origin = 0.0
        self._began: float | None = None

    def begin(self, origin: float) -> None:
        """Have everything since an instant looked through, and again while late ones may come."""
        self._last = self._last_far = self._origin = origin
        self._began = None

    def stall(self, since: float) -> None:
        """Learn that writes have been slow since an instant: some may appear later than usual."""
        origin = min(self._origin, since) if self._is_troubled(self._last) else since
        # Where one stall follows the other, the looks must not grow for ever.
        self._origin = max(origin, since - _LONGEST_SECONDS)
        self._began = self._last

    def since(self, now: float) -> float:
        """Give the instant from which a look at `now` must read."""
        start = self._last - self._near
        first = self._began is None
        if self._began is None:
            self._began = now
        if first or now - self._last_far >= self._far / 2:
            start = self.reach(now)
            self._last_far = now
        self._last = now
        return start

    def reach(self, now: float) -> float:
        """Give the instant before which everything has been found, however late it appeared."""
        # What the far look before this could not see yet was stamped no earlier.
        return (self._origin if self._is_troubled(now) else self._last_far) - self._far

    def _is_troubled(self, now: float) -> bool:
        return self._began is None or now - self._began < _AFTER_TROUBLE_SECONDS

"""Keeps a channel closed for a while after its provider could not serve us.

So an hour without a mail server costs a few attempts, not one per waiting message, and what waited
goes out as soon as the server is back.
"""

from __future__ import annotations

import time
from collections.abc import Callable

_FIRST_REST, _LONGEST_REST = 1.0, 30.0


class Gate:
    """Open unless it rests; each failure in a row doubles the rest."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._rest = _FIRST_REST
        self._until = 0.0

    @property
    def is_open(self) -> bool:
        """Whether it is worth trying."""
        return self._clock() >= self._until

    def failed(self) -> None:
        """Rest; failures of attempts that were under way already do not count twice."""
        if self.is_open:
            self._until = self._clock() + self._rest
            self._rest = min(self._rest * 2, _LONGEST_REST)

    def worked(self) -> None:
        """Be glad: the next rest is a short one again."""
        self._until = 0.0
        self._rest = _FIRST_REST

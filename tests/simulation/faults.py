"""What goes wrong in a run: drawn from the seed, and over when the run is to come to rest."""

from __future__ import annotations

import random


class Faults:
    """How often what goes wrong; each run draws its own climate, from calm to wild."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        climate = chance.choice((0.0, 0.5, 1.0, 2.0))
        # At each call to an outside: others go first; it takes seconds; it fails; it is the last.
        self.pause = chance.choice((0.1, 0.2, 0.5))
        self.slow = 0.01 * climate
        self.error = 0.01 * climate
        self.crash = 0.006 * climate
        self.crashes_left = chance.choice((0, 1, 2, 4))
        # For each message; `doubled` for commands as well.
        self.lost = 0.04 * climate
        self.doubled = 0.06 * climate
        self.delayed = 0.15 * climate
        # Each time somebody asks for a lease.
        self.two_leaders = 0.05 * climate
        # Each time some time has passed: a process freezes, the broker goes, a service goes.
        self.freeze = 0.02 * climate
        self.outage = 0.01 * climate
        self.cut = 0.004 * climate
        self.over = False

    def happens(self, probability: float) -> bool:
        """Draw."""
        return not self.over and self._chance.random() < probability

    def crashes(self) -> bool:
        """Draw whether the process ends here."""
        if self.crashes_left and self.happens(self.crash):
            self.crashes_left -= 1
            return True
        return False

    def stop(self) -> None:
        """Let nothing more go wrong."""
        self.over = True
        self.crashes_left = 0
        self.pause = min(self.pause, 0.1)

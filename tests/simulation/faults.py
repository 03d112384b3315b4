"""What goes wrong in a run: drawn from the seed, and over when the run is to come to rest."""

from __future__ import annotations

import random


class Crash(Exception):
    """Raised where a process is to end; `World.crash` makes it the end."""


class Faults:
    """How often what goes wrong; each run draws its own climate, from calm to wild."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        climate = chance.choice((0.0, 0.5, 1.0, 2.0))
        self.crashes_left = chance.choice((0, 1, 2, 4))
        self.crash = 0.006 * climate if self.crashes_left else 0.0
        self.error = 0.01 * climate
        self.lost = 0.04 * climate
        self.doubled = 0.06 * climate
        self.delayed = 0.15 * climate
        self.pause = chance.choice((0.15, 0.4, 0.8))
        self.slow = 0.01 * climate
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

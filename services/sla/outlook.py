"""What expectations rest on, kept in the memory of every process and read anew now and then.

Reading takes its time from nobody: it happens beside decisions, yields between subjects, and the
longer it takes, the seldomer it is done.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import eventlet

from contracts.calls.sla import Calibration
from services.sla.domain.history import NOTHING_KNOWN, Gathered, History, load
from services.sla.expecting import calibration

if TYPE_CHECKING:
    from services.sla.repository import Endings

#: How far back a unit's usual number of tickets is looked for: whole weeks.
USUAL_SPAN = timedelta(days=28)
#: Reading takes at most one part in so many of the time: most of it is the database's, which counts
#: a month's tickets.
_SHARE = 500
_MOST_SECONDS, _MOST_SECONDS_OF_LOADS = 600.0, 60.0


class Outlook:
    """Reads history and loads, each when its time has come."""

    def __init__(self, endings: Endings) -> None:
        self._endings = endings
        self.history = NOTHING_KNOWN
        self._history_at = 0.0
        self._loads_at = 0.0

    def refresh(self, now: datetime) -> History:
        """Give what is known, read anew as far as it is time to."""
        loads_too = time.monotonic() >= self._loads_at
        if time.monotonic() >= self._history_at:
            began = time.monotonic()
            self.history = History(self._gathered(), at=now)
            self._history_at = _next(began, _MOST_SECONDS)
            loads_too = True
        if loads_too:
            began = time.monotonic()
            self.history = self.history.with_loads(self._loads(now))
            self._loads_at = _next(began, _MOST_SECONDS_OF_LOADS)
        return self.history

    def calibrations(self) -> list[Calibration]:
        """Tell by subject how often what was foretold first has held."""
        found = []
        for subject, endings in sorted(self.history.endings.by_subject.items()):
            found.append(calibration(subject, endings))
            eventlet.sleep(0)
        return found

    def _gathered(self) -> Gathered:
        gathered = Gathered()
        for subject in self._endings.subjects():
            gathered.add(subject, self._endings.newest(subject))
            eventlet.sleep(0)
        return gathered

    def _loads(self, now: datetime) -> dict[str, float]:
        found = {}
        for each in self._endings.standings(now - USUAL_SPAN):
            mean = self.history.endings.mean(each.unit)
            if mean is not None and each.first_at is not None:
                found[each.unit] = load(each.open, each.ended, now - each.first_at, mean)
        return found


def _next(began: float, most: float) -> float:
    return time.monotonic() + min(most, (time.monotonic() - began) * _SHARE)

"""Watching how full units are: each is looked at now and then, and a line that it crosses is told.

However much there is to look at, it takes a small part of a core: the longer a round takes, the
longer is the pause after it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta

from chassis.calls.call import own_call
from chassis.journal import Aggregates
from chassis.lease import Lease
from contracts.routing import LoadLevel
from services.routing.domain.figures import named
from services.routing.domain.records import Record
from services.routing.domain.survey import Survey
from services.routing.handlers.capacity import Fullness, tell_of_load
from services.routing.reference import Grounding
from services.routing.surveying import Surveyor, is_surveyed

#: Looking takes at most one part in so many of a core, unless that took longer than so many pauses.
_SHARE, _MOST_PAUSES = 200, 20
_TOGETHER = 20


class Watch:
    """Looks at units, for the one process that does."""

    def __init__(self, streams: Aggregates[Record], grounding: Grounding, every: timedelta) -> None:
        self._streams = streams
        self._grounding = grounding
        self._surveyor = Surveyor(grounding)
        self._every = every.total_seconds()
        self._next_at = 0.0

    def look(self, lease: Lease) -> None:
        """Look at all units where it is time to, as long as the lease is held."""
        if time.monotonic() < self._next_at:
            return
        # Where sla is away nothing can be said, and nobody is to be asked again at once.
        self._next_at = time.monotonic() + self._every
        began = time.process_time()
        organisation = self._grounding.lookup.organisation
        units = [unit for unit in organisation.units if is_surveyed(unit, organisation)]
        for start in range(0, len(units), _TOGETHER):
            if not lease.acquire():
                return
            self._look_at(units[start : start + _TOGETHER])
        used = (time.process_time() - began) * _SHARE
        self._next_at = time.monotonic() + max(self._every, min(used, self._every * _MOST_PAUSES))

    def _look_at(self, units: Sequence[str]) -> None:
        now = self._grounding.runtime.clock.now()
        records = self._streams.states([f"unit:{unit}" for unit in units])
        for survey in self._surveyor.survey(units, now):
            stream = f"unit:{survey.known.unit}"
            told = records[stream].load if stream in records else None
            if (found := fullness(survey, told)) is not None:
                call = own_call(self._grounding.runtime, "watch")
                self._streams.execute(stream, tell_of_load, found, call)


def fullness(survey: Survey, told: LoadLevel | None) -> Fullness | None:
    """Give how full a unit is, where that is another thing than was told of it."""
    level, unit = survey.level, survey.measured
    if level == told:
        return None
    promises = survey.broken or (survey.broken_by_one_more if level == "full" else [])
    return Fullness(
        unit=survey.known.unit,
        level=level,
        eased=told is not None and survey.is_eased,
        room=survey.room() or 0,
        committed=round(sum(piece.points for piece in survey.loading.pieces), 2),
        per_day=round(unit.per_day, 2) if unit else 0.0,
        done_at=survey.done_at,
        promises=named(promises),
        number=len(promises),
    )

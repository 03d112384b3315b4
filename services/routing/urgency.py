"""Queues go by due time within a priority: what waits there is asked of sla, now and then.

When a ticket's next clock comes due is noted in its snapshot, where queues are sorted by it, and is
nobody's truth: a later snapshot begins without it and is asked about again. Only what waits in a
queue is asked about; what goes to somebody at once never is.
"""

from __future__ import annotations

from datetime import timedelta

from chassis.calls.client import Caller
from chassis.clock import ServerClock
from chassis.errors import DomainError
from chassis.logging import get_logger
from contracts.calls.sla import GetTimes, NextDue
from services.routing.repository.queues import Queues

log = get_logger()

#: How many are asked about at once, and how often in one look.
_TOGETHER = 200
_MOST_TIMES = 5
#: What is known is asked again after so long: calendars and agreements change. What happens to a
#: ticket itself has it asked about at once. Each minute of it costs a write for every ticket that
#: waits: 20,000 of them, asked about every minute, were 330 writes a second for nothing.
_FRESH = timedelta(minutes=10)


class Urgency:
    """Keeps the due times of what waits in queues."""

    def __init__(self, queues: Queues, sla: Caller, clock: ServerClock) -> None:
        self._queues = queues
        self._sla = sla
        self._clock = clock

    def look(self) -> None:
        """Ask about what nobody has asked about lately; without sla, age alone decides."""
        for _time in range(_MOST_TIMES):
            now = self._clock.now()
            codes = self._queues.unasked(now - _FRESH, _TOGETHER)
            if not codes:
                return
            try:
                asked = GetTimes(codes=codes)
                found: dict[str, NextDue] = self._sla.query("next_due", asked, dict[str, NextDue])
            except DomainError as error:
                log.info("due_times_unknown", tickets=len(codes), reason=error.code)
                return
            due = {code: found[code].due_at if code in found else None for code in codes}
            self._queues.note_due(due, now)
            if len(codes) < _TOGETHER:
                return

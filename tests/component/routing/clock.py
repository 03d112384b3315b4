"""Stands for sla: every hour is worked, and every ticket is promised for two days from now.

Of two tickets the one with the higher code has a clock that comes due first.
"""

# The runner patches eventlet, so it comes before everything else.
from chassis import runner  # isort: skip

import os
from datetime import UTC, datetime, timedelta

from chassis import logging
from chassis.calls.call import Call
from chassis.calls.entrypoints import query
from contracts.calls.days import GetPromised, GetWorkingDays, WorkingDay
from contracts.calls.sla import GetTimes, NextDue
from services.sla.domain.book import Book
from services.sla.planning import working_days
from tests.component.teller import teller

FAR = datetime(2030, 1, 1, tzinfo=UTC)


class Sla(teller("sla")):  # type: ignore[misc]
    """A teller without agreements."""

    @query
    def working_days(self, request: GetWorkingDays, _call: Call) -> dict[str, list[WorkingDay]]:
        return working_days(request, Book())

    @query
    def promised(self, request: GetPromised, call: Call) -> dict[str, datetime]:
        return dict.fromkeys(request.codes, call.now + timedelta(days=2))

    @query
    def next_due(self, request: GetTimes, _call: Call) -> dict[str, NextDue]:
        return {
            code: NextDue(
                clock="resolution",
                state="fine",
                left_seconds=60,
                due_at=FAR - timedelta(milliseconds=int(code) - 10**11),
            )
            for code in request.codes
        }


if __name__ == "__main__":
    logging.configure("sla", "INFO")
    os._exit(runner.Runner(Sla).run())

"""Stands for sla: every hour is worked, and every ticket is promised for two days from now."""

# The runner patches eventlet, so it comes before everything else.
from chassis import runner  # isort: skip

import os
from datetime import datetime, timedelta

from chassis import logging
from chassis.calls.call import Call
from chassis.calls.entrypoints import query
from contracts.calls.days import GetPromised, GetWorkingDays, WorkingDay
from services.sla.domain.book import Book
from services.sla.planning import working_days
from tests.component.teller import teller


class Sla(teller("sla")):  # type: ignore[misc]
    """A teller without agreements."""

    @query
    def working_days(self, request: GetWorkingDays, _call: Call) -> dict[str, list[WorkingDay]]:
        return working_days(request, Book())

    @query
    def promised(self, request: GetPromised, call: Call) -> dict[str, datetime]:
        return dict.fromkeys(request.codes, call.now + timedelta(days=2))


if __name__ == "__main__":
    logging.configure("sla", "INFO")
    os._exit(runner.Runner(Sla).run())

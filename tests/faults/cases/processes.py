"""Tests 1 and 12: our own processes end, by force and in good order."""

from __future__ import annotations

import re
import time

from tests.faults import plan
from tests.faults.cases.table import case
from tests.faults.course import Course
from tests.faults.plan import GATEWAY, SERVICES

#: Allowed for a stop in good order.
_STOP_SECONDS = 30.0


@case("1", "kill -9 of each service in turn, every 2 s")
def services_killed(course: Course) -> None:
    """Whatever a process was doing, nothing of it is lost and nothing done twice."""
    course.open()
    seconds = course.seconds(90)
    faults = plan.in_turn(course.chance, "kill", (*SERVICES, GATEWAY), every=2, until=seconds)
    course.harm(faults, seconds=seconds)
    course.tell("kills", len(faults))


@case("12", "rolling restart of all services, three times")
def restarted_in_turn(course: Course) -> None:
    """A restart in good order is seen by nobody, but for a 503 that says when to come again."""
    world = course.open()
    rounds = max(1, round(course.seconds(3)))
    longest = 0.0
    with course.load():
        for _ in range(rounds):
            for name in (*SERVICES, GATEWAY):
                started = time.monotonic()
                world.processes.stop_process(name)
                longest = max(longest, time.monotonic() - started)
                world.processes.start_process(name)
                world.processes.wait_ready(60, names=[name])
    server_errors = sum(
        1 for _at, status in course.ledger.refusals if status >= 500 and status != 503
    )
    course.expect("longest stop, seconds", round(longest, 1), most=_STOP_SECONDS)
    course.expect("stops with another status than 0", _unclean(world.exits()), exactly=0)
    course.expect("answers 5xx other than 503", server_errors, exactly=0)


def _unclean(exits: list[str]) -> int:
    """Count the supervisor's notes about processes that did not end with status 0."""
    return sum(1 for line in exits if not re.search(r"exit status 0[;)]", line))

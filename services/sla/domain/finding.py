"""What tickets are found by."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from services.sla.domain.clocks import Clocks
from services.sla.domain.course import finished_at

#: Until when a unit has a ticket that is open.
STILL = datetime(9999, 1, 1, tzinfo=UTC)


def index(state: Clocks) -> dict[str, Any]:
    """Give what a ticket is found by.

    `due_at`: the next instant at which a mark comes. None for an imported ticket: imported history
    is judged by the times of its events, as a clock on the wall would call every unfinished ticket
    late whose next event has only not been read yet. `goes_by`: the calendars of open clocks.
    `units`, `since`, `until`: which units have had it, and when it had open clocks.
    `registered_at`: what trials choose tickets by. `load`: which unit has it, and until when;
    `ending`: of which subject it ended, and when: expectations rest on both.
    """
    clocks = state.clocks.values()
    running = [] if state.imported else state.running()
    started = min((clock.started_at for clock in clocks), default=None)
    marks = [alarm.at for clock in running for alarm in clock.alarms]
    if state.expected is not None and state.looks_ahead:
        marks.append(state.expected.look_at)
    marks += (timer.at for timer in state.timers)
    found: dict[str, Any] = {
        "registered_at": state.registered_at or started,
        "due_at": min(marks, default=None),
    }
    situation = state.situation
    if situation.unit is not None and state.course:
        until = state.course[-1].at if situation.ended else STILL
        found["load"] = {"unit": situation.unit, "until": until}
    if situation.ended and state.facts and (ended_at := finished_at(state.course)) is not None:
        found["ending"] = {"subject": state.facts.subject, "at": ended_at}
    calendars = {edition_name(c.calendar, c.calendar_version) for c in clocks if c.open}
    timed = {edition_name(t.calendar, t.calendar_version) for t in state.timers if t.calendar}
    if (calendars or timed) and not state.imported:
        found["goes_by"] = sorted(calendars | timed)
    units = sorted({seen.unit for seen in state.course if seen.unit is not None})
    if units and clocks:
        ended = [clock.stopped_at or clock.since for clock in clocks]
        found["units"] = units
        found["since"] = started
        found["until"] = None if calendars else max(ended)
    return found


def edition_name(calendar: str, version: int) -> str:
    """Give a version of a calendar as tickets are found by it."""
    return f"{calendar}@{version}"

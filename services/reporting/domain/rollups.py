"""What a ticket's facts contribute to the daily roll-ups, and what changes when they change.

A roll-up is a sum over tickets: of one *cube* (a family of measures), one day of registering, one
value of one dimension. So a figure grouped by unit adds up few rows, and none is grouped twice.
Every measure is a whole number: sums do not depend on the order in which they are made, and what
was added can be taken back without a rest.

Cubes: `case` (one row for each dimension of the ticket), `touched` (each unit the work was in),
`work` (each work group of its log), `clock` (each run of a clock), `line` (each line of support
that a finished ticket was in), `tag` (each tag of the ticket),
`choice` and `number` (answers in forms).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, tzinfo
from typing import NamedTuple

from services.reporting.domain import lines
from services.reporting.domain.case import Case, Work
from services.reporting.domain.contact import at_first_contact
from services.reporting.domain.facts import TicketFacts
from services.reporting.domain.said import said
from services.reporting.domain.spread import spread

#: The holders of a wait that have a measure of their own.
HOLDERS = ("requester", "supplier", "unit")


class Key(NamedTuple):
    """Which roll-up; `part` is the work group or the clock where the cube has such."""

    cube: str
    day: date
    by: str
    value: str
    part: str = ""


Measures = dict[str, int]
Contributions = dict[Key, Measures]


def contributions(facts: TicketFacts, zone: tzinfo) -> Contributions:
    """Give all that a ticket adds to the roll-ups; nothing until it is known when it came."""
    registered_at = facts.request.registered_at
    if registered_at is None:
        return {}
    day = registered_at.astimezone(zone).date()
    measures = _case_measures(facts, registered_at)
    rows: Contributions = {
        Key("case", day, by, value): measures for by, value in _dimensions(facts)
    }
    for unit in facts.case.units:
        rows[Key("touched", day, "unit", unit)] = {"cases": 1}
    if facts.case.finished_at is not None:
        for line, stayed in lines.measures(facts.case.stays).items():
            rows[Key("line", day, "channel", facts.request.channel, line)] = stayed
    rows |= {
        Key(cube, day, by, value, part): counted or measures
        for cube, part, counted in said(facts.request, facts.case)
        for by, value in _dimensions(facts)
    }
    for by, value, work in _work_lines(facts):
        _add(rows, Key("work", day, by, value, work.work_group), _line_measures(work))
    for key in [key for key in rows if key.cube == "work"]:
        rows[key]["tickets"] = 1
    for run in facts.clocks.runs:
        for by, value in (*_dimensions(facts), ("agreement", run.agreement)):
            _add(rows, Key("clock", day, by, value, run.name), {run.verdict: 1})
    return rows


def difference(before: Contributions, after: Contributions) -> Contributions:
    """Give what must be added to roll-ups that hold `before` for them to hold `after`."""
    changes: Contributions = {}
    for key in before.keys() | after.keys():
        old, new = before.get(key, {}), after.get(key, {})
        if old == new:
            continue
        change = {
            measure: new.get(measure, 0) - old.get(measure, 0)
            for measure in old.keys() | new.keys()
            if new.get(measure, 0) != old.get(measure, 0)
        }
        if change:
            changes[key] = change
    return changes


def add(total: Contributions, change: Contributions) -> None:
    """Add a change to a total in place; what comes to nothing stays as 0."""
    for key, measures in change.items():
        _add(total, key, measures)


def _add(rows: Contributions, key: Key, measures: Mapping[str, int]) -> None:
    row = rows.setdefault(key, {})
    for measure, amount in measures.items():
        row[measure] = row.get(measure, 0) + amount


def _dimensions(facts: TicketFacts) -> tuple[tuple[str, str], ...]:
    request = facts.request
    return (
        ("channel", request.channel),
        ("kind", request.kind),
        ("subject", request.subject),
        ("unit", facts.case.unit or ""),
    )


def _work_lines(facts: TicketFacts) -> Iterator[tuple[str, str, Work]]:
    """Give each line of the log under each dimension; its unit is the worker's."""
    ticket = [(by, value) for by, value in _dimensions(facts) if by != "unit"]
    for line in facts.case.work:
        for by, value in (*ticket, ("unit", line.unit)):
            yield by, value, line


def _line_measures(line: Work) -> Measures:
    return {"logs": 1, "touch_seconds": line.touch_seconds, "cost": line.cost}


def _case_measures(facts: TicketFacts, registered_at: datetime) -> Measures:
    case = facts.case
    held = {f"waited_{holder}_seconds": round(case.waited.get(holder, 0.0)) for holder in HOLDERS}
    measures = {
        "tickets": 1,
        "answered": int(case.answers > 0),
        "reopenings": case.reopenings,
        "reopened_cases": int(case.reopenings > 0),
        "ever_finished": int(case.finished_at is not None or case.reopenings > 0),
        "handovers": case.handovers,
        "handover_cases": int(case.handovers > 0),
        "waits": case.waits,
        "wait_cases": int(case.waits > 0),
        **held,
    }
    if case.finished_at is not None:
        measures |= _ended_measures(case, registered_at, case.finished_at)
        measures["first_contact"] = int(at_first_contact(case, facts.request))
    return {measure: amount for measure, amount in measures.items() if amount}


def _ended_measures(case: Case, registered_at: datetime, finished_at: datetime) -> Measures:
    """Give what can be said of a ticket only when it is finished."""
    return {
        "finished": 1,
        **spread("touch_seconds", sum(line.touch_seconds for line in case.work)),
        **spread("waited_seconds", round(sum(case.waited.values()))),
        **spread("total_seconds", round((finished_at - registered_at).total_seconds())),
    }

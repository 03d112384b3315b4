"""Looks at units: reads their work, asks sla when they work, and intake what is planned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import eventlet

from contracts.calls.days import GetPromised, GetWorkingDays, WorkingDay
from contracts.calls.plans import GetPlanned, PlannedTicket
from contracts.calls.routing import Rule
from services.routing.domain.capacity import SPAN, Worker
from services.routing.domain.organisation import Organisation
from services.routing.domain.rules import Facts
from services.routing.domain.survey import AHEAD, Known, PlannedWork, Survey, since_of
from services.routing.handlers.case import Grounds
from services.routing.reference import Grounding

#: So many are asked about together.
_MOST_CODES, _MOST_UNITS = 500, 200
#: Laying out months, or reading thousands of clocks, takes its time.
_SECONDS = 8.0

_USUAL_PRIORITY = 3

Days = Mapping[str, Sequence[WorkingDay]]


class Surveyor:
    """Looks at units; raises Unavailable where one of them does not answer."""

    def __init__(self, grounding: Grounding) -> None:
        self._grounding = grounding
        self._efforts = grounding.store.efforts

    def survey(self, units: Sequence[str], now: datetime) -> list[Survey]:
        """Look at units, each by itself."""
        organisation = self._grounding.lookup.organisation
        past = self._days(units, organisation, now - SPAN, now)
        ahead = self._days(units, organisation, now, now + AHEAD)
        planned = self._planned(now + AHEAD)
        found = []
        for unit in units:
            coming = planned.get(unit, ())
            found.append(self._one(unit, organisation, past[unit], ahead[unit], coming, now))
            eventlet.sleep(0)
        return found

    def _one(
        self,
        unit: str,
        organisation: Organisation,
        past: Sequence[WorkingDay],
        ahead: Sequence[WorkingDay],
        planned: Sequence[PlannedWork],
        now: datetime,
    ) -> Survey:
        finished = self._efforts.finished_in(unit, now - SPAN)
        since = since_of(finished, now, SPAN)
        work = self._efforts.open_in(unit)
        return Survey(
            Known(
                unit=unit,
                now=now,
                open=work,
                planned=planned,
                finished=finished,
                promised=self._promised([each.code for each in work]),
                past=[day for day in past if since is not None and day.closes_at > since],
                ahead=ahead,
                workers=workers_of(unit, organisation),
            )
        )

    def _planned(self, until: datetime) -> Mapping[str, Sequence[PlannedWork]]:
        """Give what plans will make, by the unit to which the rules bring it."""
        asked = GetPlanned(until=until)
        kind = list[PlannedTicket]
        tickets: list[PlannedTicket] = self._grounding.intake.caller.query(
            "planned_ahead", asked, kind, seconds=_SECONDS
        )
        grounds = self._grounding.known_of([each.subject for each in tickets])
        found: dict[str, list[PlannedWork]] = {}
        for each in tickets:
            rule = row_for(each.subject, each.kind, each.at, grounds)
            if rule is not None:
                name = f"{each.plan}@{each.at.isoformat()}"
                priority = rule.priority or _USUAL_PRIORITY
                work = PlannedWork(name, rule.weight, priority, each.at)
                found.setdefault(rule.unit, []).append(work)
        return found

    def _days(
        self, units: Sequence[str], organisation: Organisation, start: datetime, end: datetime
    ) -> Days:
        found: dict[str, list[WorkingDay]] = {}
        for first in range(0, len(units), _MOST_UNITS):
            part = units[first : first + _MOST_UNITS]
            named = {unit: organisation.units[unit].calendar for unit in part}
            found |= self._grounding.sla.caller.query(
                "working_days",
                GetWorkingDays(start=start, end=end, units=named),
                dict[str, list[WorkingDay]],
                seconds=_SECONDS,
            )
        return found

    def _promised(self, codes: Sequence[str]) -> dict[str, datetime]:
        found: dict[str, datetime] = {}
        for first in range(0, len(codes), _MOST_CODES):
            request = GetPromised(codes=list(codes[first : first + _MOST_CODES]))
            found |= self._grounding.sla.caller.query(
                "promised", request, dict[str, datetime], seconds=_SECONDS
            )
        return found


def row_for(subject: str, kind: str, at: datetime, grounds: Grounds) -> Rule | None:
    """Give the row of the rules that would decide about a request of which little is known."""
    facts = Facts(
        subjects=tuple(grounds.subject_line(subject)),
        kind=kind,
        channel="web",
        segment="public",
        language="fa",
        units=(),
        mentions=(),
        at=at,
        zone=grounds.zone,
    )
    return grounds.organisation.table.rule_for(facts)


def workers_of(unit: str, organisation: Organisation) -> list[Worker]:
    """Give who works in a unit, and when each is there."""
    return [
        Worker(person, organisation.times_of(person.id))
        for person in organisation.people.values()
        if person.unit == unit and organisation.works(person)
    ]


def is_surveyed(unit: str, organisation: Organisation) -> bool:
    """Tell whether a unit has work of its own that is loaded here."""
    known = organisation.units[unit]
    return known.active and known.kind != "outside"

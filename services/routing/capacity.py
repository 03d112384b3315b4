"""Units' work against what they can do: shown to who gives work to them, and tried with more."""

from __future__ import annotations

from datetime import datetime

import eventlet

from chassis.calls.call import Call
from chassis.clock import as_utc
from chassis.errors import FieldFault, Forbidden, Invalid, NotFound
from chassis.journal import Aggregates
from contracts.calls.routing import (
    CapacityPage,
    CapacityTrial,
    GetCapacity,
    TryCapacity,
)
from services.routing.domain.figures import shown
from services.routing.domain.permission import Standing, asker_of
from services.routing.domain.records import Record
from services.routing.domain.ticket import Ticket
from services.routing.domain.trying import Thought, tried
from services.routing.reference import Grounding
from services.routing.surveying import Surveyor, is_surveyed, row_for

#: Units that are shown together.
_MOST_UNITS = 50
#: Further ahead nobody thinks of taking work on.
_FURTHEST_DAYS = 84


class Capacities:
    """Answers what is asked about units' capacity."""

    def __init__(self, streams: Aggregates[Record], grounding: Grounding) -> None:
        self._streams = streams
        self._grounding = grounding
        self._surveyor = Surveyor(grounding)

    def page(self, request: GetCapacity, call: Call) -> CapacityPage:
        """Show a unit and those below it; raises NotFound, Forbidden, Unavailable."""
        organisation = self._grounding.lookup.organisation
        top = self._in_charge_of(request.unit, call)
        below = sorted(unit for unit in organisation.subtree(top) if unit != top)
        units = [each for each in [top, *below] if is_surveyed(each, organisation)][:_MOST_UNITS]
        records = self._streams.states([f"unit:{unit}" for unit in units])
        told = {name.removeprefix("unit:"): record.load for name, record in records.items()}
        items = []
        for survey in self._surveyor.survey(units, call.now):
            items.append(shown(survey, told.get(survey.known.unit)))
            # A unit with thousands of tickets takes a tenth of a second.
            eventlet.sleep(0)
        return CapacityPage(items=items)

    def trial(self, request: TryCapacity, call: Call) -> CapacityTrial:
        """Show what more work would do; raises Invalid, NotFound, Forbidden, Unavailable."""
        start = max(call.now, as_utc(request.start)) if request.start else call.now
        if (start - call.now).days >= _FURTHEST_DAYS:
            raise _wrong("/start", "out_of_range")
        unit, weight = self._placed(request, start)
        (survey,) = self._surveyor.survey([self._in_charge_of(unit, call)], call.now)
        if survey.measured is None:
            raise _wrong("/unit", "not_measured_yet")
        points = request.weight or weight
        within = survey.lead if request.within is None else request.within
        thought = Thought(
            request.count,
            float(points) if points is not None else survey.measured.usual,
            start,
            None if within is None else start + within,
        )
        return tried(survey, thought)

    def _placed(self, request: TryCapacity, at: datetime) -> tuple[str, int | None]:
        """Give where the work would come, and its weight, where a rule says so."""
        grounds = self._grounding.known_of([request.subject])
        rule = row_for(request.subject, "request", at, grounds)
        unit = request.unit or (rule.unit if rule else None)
        if unit is None:
            raise _wrong("/unit", "required")
        return unit, rule.weight if rule and rule.unit == unit else None

    def _in_charge_of(self, unit: str | None, call: Call) -> str:
        """Give a unit that the caller gives work to; raises NotFound, Forbidden."""
        organisation = self._grounding.lookup.organisation
        asker = asker_of(call.identity, organisation)
        unit = unit or asker.unit
        if unit not in organisation.units or unit is None:
            raise NotFound("unit_unknown", unit=unit or "")
        if not Standing(Ticket(unit=unit), asker, organisation).has_right("ticket.assign"):
            raise Forbidden("unit_out_of_reach", unit=unit)
        return unit


def _wrong(pointer: str, code: str) -> Invalid:
    return Invalid("request_invalid", fields=[FieldFault(pointer=pointer, code=code)])

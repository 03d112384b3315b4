"""Times by name among an action's arguments, made instants by the calendar of who names them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, get_args
from zoneinfo import ZoneInfo

from chassis.calls.call import Call
from chassis.errors import FieldFault, Invalid
from contracts.calls.days import GetWorkingDays, WorkingDay
from services.routing.domain.named_times import NamedTime, instant_of
from services.routing.domain.permission import asker_of
from services.routing.reference import Grounding

#: However long the holidays are.
_LOOKED_AHEAD = timedelta(days=45)
_NOBODY = ""
_NAMED: Mapping[str, NamedTime] = {name: name for name in get_args(NamedTime)}


def resolved(
    action: str, arguments: Mapping[str, Any], call: Call, grounding: Grounding
) -> dict[str, Any]:
    """Give the arguments with the instant that is meant, where one is named and none is given.

    Raises Invalid where no working day comes, or Unavailable.
    """
    when = _NAMED.get(str(arguments.get("when")))
    if action != "snooze" or when is None or arguments.get("until"):
        return dict(arguments)
    organisation = grounding.lookup.organisation
    unit = asker_of(call.identity, organisation).unit or _NOBODY
    known = organisation.units.get(unit)
    asked = GetWorkingDays(
        start=call.now - timedelta(days=1),
        end=call.now + _LOOKED_AHEAD,
        units={unit: known.calendar if known else None},
    )
    kind = dict[str, list[WorkingDay]]
    days: dict[str, list[WorkingDay]] = grounding.sla.caller.query("working_days", asked, kind)
    today = call.now.astimezone(ZoneInfo(grounding.settings.value.zone)).date()
    until = instant_of(when, today, days[unit])
    if until is None:
        fault = FieldFault(pointer="/when", code="never_comes")
        raise Invalid("arguments_invalid", fields=[fault])
    return {**arguments, "until": until.isoformat()}

"""Recording another system's log: one row becomes one main event, and what must go before it.

Figures can be counted from the events alone: a change of person or unit is an assignment, a life
after an end is a reopening, and the last event of each row stands at the row's own step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from chassis.errors import FieldFault, Invalid
from contracts.envelope import Event
from contracts.routing import (
    ENDED,
    State,
    StateEvent,
    TicketAssigned,
    TicketDone,
    TicketFinished,
    TicketQueued,
    TicketReopened,
    TicketWaiting,
    TicketWithdrawn,
)
from services.routing.domain.workflow import Step
from services.routing.handlers.case import Action, Case, Stand, stand_at
from services.routing.handlers.conversation import resumed


def record(case: Case) -> list[Event]:
    """Record a row: the main event of its step, after a reopening or an assignment if need be."""
    step = case.workflow.steps.get(case.arguments.step)
    if step is None:
        raise Invalid("step_unknown", fields=[FieldFault(pointer="/step", code="step_unknown")])
    before: list[Event] = []
    stand: Stand = {"state": case.ticket.state, "step": case.ticket.step}
    if case.ticket.state in ENDED and step.kind not in ENDED:
        stand = stand_at(case.workflow, case.workflow.resumes_at or case.arguments.step)
        before.append(_reopened(case, stand))
    main = _main(case, step)
    if _has_moved(case) and not isinstance(main, TicketAssigned):
        before.append(_assigned(case, stand))
    return [*before, main]


def _main(case: Case, step: Step) -> StateEvent:
    """Give the one event that the row's step is told by."""
    row, ticket = case.arguments, case.ticket
    stand: Stand = {"state": step.kind, "step": row.step}
    if step.queue:
        return TicketQueued(**stand, unit=row.unit, tier=_tier(case), from_assignee=row.person)
    if step.kind in _TOLD_BY:
        return _TOLD_BY[step.kind](stand, step, row.person)
    if ticket.state == "waiting":
        return resumed(ticket, stand, row.person, case.context)
    return _assigned(case, stand)


_TOLD_BY: Mapping[State, Callable[[Stand, Step, str], StateEvent]] = {
    "waiting": lambda stand, step, by: TicketWaiting(**stand, waiting_for=step.waiting_for, by=by),
    "done": lambda stand, _step, by: TicketDone(**stand, by=by, result="done"),
    "finished": lambda stand, _step, by: TicketFinished(**stand, by=by, result="closed"),
    "withdrawn": lambda stand, _step, by: TicketWithdrawn(**stand, by=by),
}


def _reopened(case: Case, stand: Stand) -> TicketReopened:
    return TicketReopened(
        **stand,
        by=case.arguments.person,
        from_state=case.ticket.state,
        times=case.ticket.reopened + 1,
    )


def _assigned(case: Case, stand: Stand) -> TicketAssigned:
    return TicketAssigned(
        **stand,
        assignee=case.arguments.person,
        unit=case.arguments.unit,
        tier=_tier(case),
        from_assignee=case.ticket.last_assignee,
    )


def _has_moved(case: Case) -> bool:
    """Tell whether the row names another person or unit than the one before."""
    row, ticket = case.arguments, case.ticket
    return bool((row.person, row.unit) != (ticket.last_assignee, ticket.unit))


def _tier(case: Case) -> int:
    row, ticket = case.arguments, case.ticket
    same_unit = ticket.tier if row.unit == ticket.unit else None
    return row.tier or same_unit or 1


#: By name.
ACTIONS: Mapping[str, Action] = {
    "record": Action(record),
}

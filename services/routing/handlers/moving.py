"""An action of a workflow's own: it means what the definition says."""

from __future__ import annotations

from contracts.envelope import Event
from services.routing.handlers.case import Action, Case, Wish
from services.routing.handlers.placing import given_or_queued
from services.routing.handlers.steps import place_of, walked


def move(case: Case) -> list[Event]:
    """Go where the transition leads; the work goes where the step's work belongs."""
    events = walked(
        case.ticket,
        case.workflow,
        case.transition,
        case.context,
        by=case.by,
        comment=case.text("comment"),
        result=case.arguments.result,
    )
    wish = wish_for_move(case)
    return [*events, given_or_queued(case, wish)] if wish else events


def wish_for_move(case: Case) -> Wish | None:
    """Give where the work of the step entered belongs."""
    target = case.workflow.target(case.ticket.step, case.transition)
    if target == case.ticket.step:
        return None
    return place_of(case.workflow.steps[target], case.ticket, case.grounds.organisation)


#: What every action does that no other table holds.
MOVE = Action(move, wish=wish_for_move)

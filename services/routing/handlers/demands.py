"""What a mark of a clock wants done with the work: done where the workflow allows it.

Nobody stands behind a demand, so no right and no relation binds it; the workflow alone does. What
is not allowed is recorded with its reason, and nothing is stuck.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from chassis.decisions import Context
from chassis.errors import Conflict, DomainError
from contracts.envelope import Event
from contracts.routing import (
    ENDED,
    TicketDemandRefused,
    TicketEffectRefused,
    TicketEscalated,
    TicketPrioritised,
    TicketTimerEnded,
)
from contracts.sla import Action, SlaDemanded
from services.routing.actions import Deed
from services.routing.actions.flows import Move
from services.routing.domain.life import TICKETS
from services.routing.domain.permission import Asker
from services.routing.domain.ticket import Ticket
from services.routing.handlers.attention import asked
from services.routing.handlers.case import Case, Grounds, Wish, case_by_itself
from services.routing.handlers.effects import effects_of
from services.routing.handlers.moving import move, wish_for_move
from services.routing.handlers.placing import given_or_queued, known_unit
from services.routing.handlers.referral import wish_for_escalate

#: Who does what no person did.
CLOCK = Asker(subject="system:sla", role="service")
#: What each demand is called in workflows.
_ACTIONS: Mapping[str, str] = {
    "escalate": "escalate",
    "prioritise": "prioritise",
    "reassign": "assign",
    "question": "ask-unit",
}


def meet_demands(
    state: Ticket, event: SlaDemanded, context: Context, grounds: Grounds
) -> list[Event]:
    """Do what a mark wants, one action after the other; an ended ticket needs nothing any more."""
    if event.timer is not None:
        return _come(state, event, event.timer, context, grounds)
    events: list[Event] = []
    for action in event.actions:
        if state.opened_at is None or state.state in ENDED:
            break
        try:
            case = _case(state, action, context, grounds)
            done = _DECIDE[action.do](case, action)
        except DomainError as error:
            refused = TicketDemandRefused(
                clock=event.clock, mark=event.mark, action=action.do, reason=error.code
            )
            done = [refused]
        for each in done:
            state = TICKETS.apply(state, each, context.at)
        events += done
    return events


def _come(
    state: Ticket, event: SlaDemanded, timer: str, context: Context, grounds: Grounds
) -> list[Event]:
    """Do what a timer of the workflow is for; nothing where it is not waited for any more."""
    if state.pending.timer(timer) is None:
        return []
    ended = TicketTimerEnded(timer=timer, why="came")
    state = TICKETS.apply(state, ended, context.at)
    (action,) = event.actions
    try:
        return [ended, *_move(_case(state, action, context, grounds), action)]
    except DomainError as error:
        refused = TicketEffectRefused(effect="timer", name=action.action or "", reason=error.code)
        return [ended, refused]


def wish_for_demands(
    state: Ticket, event: SlaDemanded, context: Context, grounds: Grounds
) -> Wish | None:
    """Give where the demand that moves the work wants it to go; None where it cannot."""
    if event.timer is not None and state.pending.timer(event.timer) is None:
        return None
    moving = next((action for action in event.actions if action.do in _WISHES), None)
    if moving is None or state.opened_at is None or state.state in ENDED:
        return None
    try:
        return _WISHES[moving.do](_case(state, moving, context, grounds), moving)
    except DomainError:
        # The decision itself says why not.
        return None


def _case(state: Ticket, action: Action, context: Context, grounds: Grounds) -> Case:
    """Gather a case; raises Conflict where the workflow does not allow the action."""
    workflow, name = grounds.workflow_of(state), _ACTIONS.get(action.do) or action.action or ""
    is_own = name in workflow.actions
    if (action.do == "move") is not is_own:
        raise Conflict("action_not_allowed_now", action=name)
    deed = Deed(action=name, arguments=Move() if is_own else msgspec.UNSET)
    return case_by_itself(state, deed, context, grounds, CLOCK)


def _escalate(case: Case, action: Action) -> list[Event]:
    wish = _wish_for_escalate(case, action)
    escalated = TicketEscalated(
        referral=case.context.new_id("referral"),
        by=case.by,
        from_tier=case.ticket.tier or 1,
        to_tier=wish.tier,
        to_unit=wish.unit,
    )
    return [escalated, given_or_queued(case, wish)]


def _wish_for_escalate(case: Case, action: Action) -> Wish:
    """Give the next higher tier, or the one that the mark names if it is another."""
    if action.unit is None and action.tier is None:
        return wish_for_escalate(case)
    return _wish_for_place(case, action)


def _prioritise(case: Case, action: Action) -> list[Event]:
    """Raise the priority; what is as urgent already stays as it is."""
    if action.priority is None or action.priority >= case.ticket.priority:
        return []
    return [TicketPrioritised(priority=action.priority)]


def _reassign(case: Case, action: Action) -> list[Event]:
    return [given_or_queued(case, _wish_for_place(case, action))]


def _question(case: Case, action: Action) -> list[Event]:
    """Ask the unit that the mark names, once as long as it has not answered."""
    unit = known_unit(case, action.unit or case.ticket.unit or "")
    if any(question.unit == unit for question in case.ticket.attention.questions):
        raise Conflict("asked_already", unit=unit)
    return [asked(case, unit)]


def _move(case: Case, _action: Action) -> list[Event]:
    """Go on by an action of the workflow's own, such as one for what took too long."""
    moved = move(case)
    return [*moved, *effects_of(case.transition, case.ticket, moved, case.context, case.grounds)]


def _wish_for_move(case: Case, _action: Action) -> Wish | None:
    return wish_for_move(case)


def _wish_for_place(case: Case, action: Action) -> Wish:
    unit = known_unit(case, action.unit or case.ticket.unit or "")
    tier = action.tier or case.grounds.organisation.lowest_tier(unit)
    if (unit, tier) == (case.ticket.unit, case.ticket.tier):
        raise Conflict("referral_leads_nowhere")
    return Wish(unit=unit, tier=tier)


_DECIDE: Mapping[str, Callable[[Case, Action], list[Event]]] = {
    "escalate": _escalate,
    "prioritise": _prioritise,
    "reassign": _reassign,
    "question": _question,
    "move": _move,
}
_WISHES: Mapping[str, Callable[[Case, Action], Wish | None]] = {
    "escalate": _wish_for_escalate,
    "reassign": _wish_for_place,
    "move": _wish_for_move,
}

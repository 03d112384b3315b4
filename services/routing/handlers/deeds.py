"""The table of actions: what decides each, and where each wants work to go."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chassis.decisions import Context, Due
from chassis.errors import DomainError
from contracts.envelope import Event
from contracts.intake import TicketRegistered
from contracts.sla import SlaDemanded
from services.routing.actions import Deed
from services.routing.domain import permission
from services.routing.domain.life import TICKETS
from services.routing.domain.permission import Asker
from services.routing.domain.ticket import Ticket
from services.routing.domain.workflow.language import Implied
from services.routing.handlers import (
    approvals,
    attention,
    conversation,
    demands,
    ending,
    joining,
    opening,
    partners,
    placing,
    recording,
    referral,
    tags,
    taking_back,
    tasks,
    work,
)
from services.routing.handlers.case import Action, Case, Grounds, Wish, case_of
from services.routing.handlers.effects import effects_of
from services.routing.handlers.filling import form_filled
from services.routing.handlers.following import with_what_follows
from services.routing.handlers.moving import MOVE

ACTIONS: Mapping[str, Action] = {
    **placing.ACTIONS,
    **referral.ACTIONS,
    **conversation.ACTIONS,
    **work.ACTIONS,
    **ending.ACTIONS,
    **recording.ACTIONS,
    **partners.ACTIONS,
    **tags.ACTIONS,
    **joining.ACTIONS,
    **attention.ACTIONS,
    **tasks.ACTIONS,
    "refuse": approvals.ACTIONS["refuse"],
}


@with_what_follows
def act(state: Ticket, deed: Deed, context: Context, grounds: Grounds) -> list[Event]:
    """Decide an action; raises NotFound, Forbidden, Conflict or Invalid."""
    case = case_of(state, deed, context, grounds)
    filled, done = form_filled(case), _action_of(case).decide(case)
    for event in filled:
        state = TICKETS.apply(state, event, context.at)
    return [*filled, *done, *effects_of(case.transition, state, done, context, grounds)]


def _action_of(case: Case) -> Action:
    """Give what an action means here: at a step that waits for consent, consent."""
    name = case.deed.action
    if isinstance(case.transition, Implied) and name in approvals.ACTIONS:
        return approvals.ACTIONS[name]
    return ACTIONS.get(name, MOVE)


def wish_of(state: Ticket, message: Any, context: Context, grounds: Grounds) -> Wish | None:
    """Give where a decision about to be made wants work to go; None when nowhere or refused."""
    if isinstance(message, TicketRegistered):
        return None if message.imported else opening.wish_for_new(message, context, grounds)
    if isinstance(message, placing.AssignNext):
        return placing.wish_for_next(state, grounds)
    if isinstance(message, SlaDemanded):
        return demands.wish_for_demands(state, message, context, grounds)
    if isinstance(message, taking_back.PassOn | Due):
        return taking_back.wish_for(state, message)
    if isinstance(message, tasks.AssignTask):
        return tasks.wish_for_task(state, message)
    return _wish_of_deed(state, message, context, grounds) if isinstance(message, Deed) else None


def _wish_of_deed(state: Ticket, message: Deed, context: Context, grounds: Grounds) -> Wish | None:
    if ACTIONS.get(message.action, MOVE).wish is None:
        return None
    try:
        case = case_of(state, message, context, grounds)
        wish = _action_of(case).wish
        return None if wish is None or case.asker.importing else wish(case)
    except DomainError:
        # The decision itself says why not.
        return None


def allowed(state: Ticket, asker: Asker, at: datetime, grounds: Grounds) -> list[str]:
    """Give the actions that the asker may do now, in alphabetical order."""
    standing = permission.Standing(state, asker, grounds.organisation)
    return permission.allowed(standing, grounds.workflow_of(state), at)

"""The table of actions: what decides each, and where each wants work to go."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chassis.decisions import Context
from chassis.errors import DomainError
from contracts.envelope import Event
from contracts.intake import TicketRegistered
from contracts.sla import SlaDemanded
from services.routing.actions import Deed
from services.routing.domain import permission
from services.routing.domain.permission import Asker
from services.routing.domain.ticket import Ticket
from services.routing.handlers import (
    conversation,
    demands,
    ending,
    opening,
    partners,
    placing,
    recording,
    referral,
    work,
)
from services.routing.handlers.case import Action, Grounds, Wish, case_of

ACTIONS: Mapping[str, Action] = {
    **placing.ACTIONS,
    **referral.ACTIONS,
    **conversation.ACTIONS,
    **work.ACTIONS,
    **ending.ACTIONS,
    **recording.ACTIONS,
    **partners.ACTIONS,
}


def act(state: Ticket, deed: Deed, context: Context, grounds: Grounds) -> list[Event]:
    """Decide an action; raises NotFound, Forbidden, Conflict or Invalid."""
    return ACTIONS[deed.action].decide(case_of(state, deed, context, grounds))


def wish_of(state: Ticket, message: Any, context: Context, grounds: Grounds) -> Wish | None:
    """Give where a decision about to be made wants work to go; None when nowhere or refused."""
    if isinstance(message, TicketRegistered):
        return None if message.imported else opening.wish_for(message, grounds)
    if isinstance(message, placing.AssignNext):
        return placing.wish_for_next(state, grounds)
    if isinstance(message, SlaDemanded):
        return demands.wish_for_demands(state, message, context, grounds)
    if not isinstance(message, Deed) or (wish := ACTIONS[message.action].wish) is None:
        return None
    try:
        case = case_of(state, message, context, grounds)
        return None if case.asker.importing else wish(case)
    except DomainError:
        # The decision itself says why not.
        return None


def allowed(state: Ticket, asker: Asker, at: datetime, grounds: Grounds) -> list[str]:
    """Give the actions that the asker may do now, in alphabetical order."""
    standing = permission.Standing(state, asker, grounds.organisation)
    return permission.allowed(standing, grounds.workflow_of(state), at)

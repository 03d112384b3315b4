"""The table of actions: what decides each, and where each wants work to go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
    placing,
    recording,
    referral,
    work,
)
from services.routing.handlers.case import Case, Grounds, Wish, case_of

DECIDE: Mapping[str, Callable[[Case], list[Event]]] = {
    "assign": placing.assign,
    "claim": placing.claim,
    "log-work": work.log_work,
    "note": work.note,
    "prioritise": work.prioritise,
    "refer": referral.refer,
    "escalate": referral.escalate,
    "return": referral.give_back,
    "ask": conversation.ask,
    "answer": conversation.answer,
    "resume": conversation.resume,
    "done": ending.done,
    "approve": ending.approve,
    "finish": ending.finish,
    "send-back": ending.send_back,
    "decline": ending.decline,
    "withdraw": ending.withdraw,
    "rate": ending.rate,
    "reopen": ending.reopen,
    "merge": ending.merge,
    "hand-off": ending.hand_off,
    "record": recording.record,
}

#: Actions that give work to somebody, who must have room for it.
WISHES: Mapping[str, Callable[[Case], Wish | None]] = {
    "assign": placing.wish_for_assign,
    "claim": placing.wish_for_claim,
    "refer": referral.wish_for_refer,
    "escalate": referral.wish_for_escalate,
    "return": referral.wish_for_return,
    "send-back": ending.wish_for_send_back,
    "reopen": ending.wish_for_reopen,
}


def act(state: Ticket, deed: Deed, context: Context, grounds: Grounds) -> list[Event]:
    """Decide an action; raises NotFound, Forbidden, Conflict or Invalid."""
    return DECIDE[deed.action](case_of(state, deed, context, grounds))


def wish_of(state: Ticket, message: Any, context: Context, grounds: Grounds) -> Wish | None:
    """Give where a decision about to be made wants work to go; None when nowhere or refused."""
    if isinstance(message, TicketRegistered):
        return None if message.imported else opening.wish_for(message, grounds)
    if isinstance(message, placing.AssignNext):
        return placing.wish_for_next(state, grounds)
    if isinstance(message, SlaDemanded):
        return demands.wish_for_demands(state, message, context, grounds)
    if not isinstance(message, Deed) or message.action not in WISHES:
        return None
    try:
        case = case_of(state, message, context, grounds)
        return None if case.asker.importing else WISHES[message.action](case)
    except DomainError:
        # The decision itself says why not.
        return None


def allowed(state: Ticket, asker: Asker, at: datetime, grounds: Grounds) -> list[str]:
    """Give the actions that the asker may do now, in alphabetical order."""
    standing = permission.Standing(state, asker, grounds.organisation)
    return permission.allowed(standing, grounds.workflow_of(state), at)

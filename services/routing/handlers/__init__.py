"""What follows from a message: pure functions (state, message, context, grounds) -> events.

`opening` and `conversation` answer intake's events, `demands` sla's, `deeds` every action by its
table, the others hold the actions by theme.
"""

from services.routing.handlers import conversation, demands, opening
from services.routing.handlers.deeds import act, allowed, wish_of
from services.routing.handlers.following import with_what_follows
from services.routing.handlers.placing import AssignNext, assign_next
from services.routing.handlers.taking_back import PassOn, pass_on, take_back
from services.routing.handlers.tasks import AssignTask, assign_task

hear_requester = with_what_follows(conversation.hear_requester)
meet_demands = with_what_follows(demands.meet_demands)
open_ticket = with_what_follows(opening.open_ticket)

__all__ = [
    "AssignNext",
    "AssignTask",
    "PassOn",
    "act",
    "allowed",
    "assign_next",
    "assign_task",
    "hear_requester",
    "meet_demands",
    "open_ticket",
    "pass_on",
    "take_back",
    "wish_of",
]

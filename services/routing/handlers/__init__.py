"""What follows from a message: pure functions (state, message, context, grounds) -> events.

`opening` and `conversation` answer intake's events, `demands` sla's, `deeds` every action by its
table, the others hold the actions by theme.
"""

from services.routing.handlers.conversation import hear_requester
from services.routing.handlers.deeds import act, allowed, wish_of
from services.routing.handlers.demands import meet_demands
from services.routing.handlers.opening import open_ticket
from services.routing.handlers.partners import PartnerSaid, Taken, hear_partner, take_in
from services.routing.handlers.placing import AssignNext, assign_next

__all__ = [
    "AssignNext",
    "PartnerSaid",
    "Taken",
    "act",
    "allowed",
    "assign_next",
    "hear_partner",
    "hear_requester",
    "meet_demands",
    "open_ticket",
    "take_in",
    "wish_of",
]

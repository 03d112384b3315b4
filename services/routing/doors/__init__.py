"""The doors of the service, by theme: each call in a line or two, what it does is elsewhere."""

from services.routing.doors.board import BoardCalls
from services.routing.doors.capacity import CapacityCalls
from services.routing.doors.desk import DeskCalls
from services.routing.doors.keys import KeyCalls
from services.routing.doors.organisation import OrganisationCalls
from services.routing.doors.partners import PartnerCalls
from services.routing.doors.people import PeopleCalls
from services.routing.doors.rules import RuleCalls
from services.routing.doors.tickets import TicketCalls

__all__ = [
    "BoardCalls",
    "CapacityCalls",
    "DeskCalls",
    "KeyCalls",
    "OrganisationCalls",
    "PartnerCalls",
    "PeopleCalls",
    "RuleCalls",
    "TicketCalls",
]

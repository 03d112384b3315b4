"""What routing can be asked."""

from contracts.calls.routing.organisation import DefineUnit, Unit
from contracts.calls.routing.rules import DefineRule, Rule
from contracts.calls.routing.staff import (
    Authenticate,
    DefinePerson,
    RoleOf,
    Staff,
    StaffContact,
    StaffContacts,
    StaffContactsAnswer,
    StaffMember,
)
from contracts.calls.routing.tickets import (
    Act,
    Follow,
    Followed,
    GetTexts,
    GetTicket,
    Inbox,
    ListTickets,
    OpenReferral,
    Step,
    TicketPage,
    TicketView,
    Timeline,
)
from contracts.calls.routing.workflows import DefineWorkflow, WorkflowView

__all__ = [
    "Act",
    "Authenticate",
    "DefinePerson",
    "DefineRule",
    "DefineUnit",
    "DefineWorkflow",
    "Follow",
    "Followed",
    "GetTexts",
    "GetTicket",
    "Inbox",
    "ListTickets",
    "OpenReferral",
    "RoleOf",
    "Rule",
    "Staff",
    "StaffContact",
    "StaffContacts",
    "StaffContactsAnswer",
    "StaffMember",
    "Step",
    "TicketPage",
    "TicketView",
    "Timeline",
    "Unit",
    "WorkflowView",
]

"""What routing can be asked."""

from contracts.calls.routing.attention import Away, OpenQuestion, ProposedAnswer
from contracts.calls.routing.joining import GetRelated, OpenPassage, Related, RelatedTicket
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
    ActedOn,
    ActOnMany,
    Follow,
    Followed,
    GetTexts,
    GetTicket,
    Inbox,
    ListTickets,
    OpenReferral,
    Refusal,
    Step,
    TicketPage,
    TicketView,
    Timeline,
)
from contracts.calls.routing.workflows import DefineWorkflow, WorkflowView

__all__ = [
    "Act",
    "ActOnMany",
    "ActedOn",
    "Authenticate",
    "Away",
    "DefinePerson",
    "DefineRule",
    "DefineUnit",
    "DefineWorkflow",
    "Follow",
    "Followed",
    "GetRelated",
    "GetTexts",
    "GetTicket",
    "Inbox",
    "ListTickets",
    "OpenPassage",
    "OpenQuestion",
    "OpenReferral",
    "ProposedAnswer",
    "Refusal",
    "Related",
    "RelatedTicket",
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

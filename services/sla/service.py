"""The sla service: wiring only."""

from chassis.bus.entrypoints import subscribe
from chassis.calls.call import Call
from chassis.calls.entrypoints import command, query
from chassis.journal import Aggregates
from chassis.timers import due
from contracts.calls.base import Nothing
from contracts.calls.sla import (
    AgreementView,
    CalendarView,
    ClockView,
    DefineAgreement,
    DefineCalendar,
    GetClocks,
)
from contracts.intake import TicketMessageReceived, TicketRegistered
from contracts.routing import (
    TicketAnswered,
    TicketAssigned,
    TicketDeclined,
    TicketDone,
    TicketFinished,
    TicketHandedOff,
    TicketMerged,
    TicketOpened,
    TicketPrioritised,
    TicketQueued,
    TicketReopened,
    TicketResumed,
    TicketSentBack,
    TicketTriaged,
    TicketWaiting,
    TicketWithdrawn,
)
from services.sla import handlers
from services.sla.domain.clocks import CLOCKS, index
from services.sla.domain.views import view
from services.sla.reference import Agreements
from services.sla.repository import TICKET_INDEXES


class SlaService:
    """The clock: what was promised for a ticket, when it comes due, whether it was kept."""

    name = "sla"

    tickets = Aggregates(
        CLOCKS,
        collection="tickets",
        index=index,
        indexes=TICKET_INDEXES,
        opened_by="intake",
        listed_later=True,
    )
    reference = Agreements()

    on_ticket_registered = subscribe(TicketRegistered, handlers.see_registered)
    on_message_received = subscribe(TicketMessageReceived, handlers.see_message)
    on_ticket_opened = subscribe(TicketOpened, handlers.see_step)
    on_ticket_triaged = subscribe(TicketTriaged, handlers.see_step)
    on_ticket_assigned = subscribe(TicketAssigned, handlers.see_holder)
    on_ticket_queued = subscribe(TicketQueued, handlers.see_holder)
    on_ticket_prioritised = subscribe(TicketPrioritised, handlers.see_priority)
    on_ticket_waiting = subscribe(TicketWaiting, handlers.see_waiting)
    on_ticket_resumed = subscribe(TicketResumed, handlers.see_resumption)
    on_ticket_answered = subscribe(TicketAnswered, handlers.see_answer)
    on_ticket_done = subscribe(TicketDone, handlers.see_done)
    on_ticket_sent_back = subscribe(TicketSentBack, handlers.see_sent_back)
    on_ticket_finished = subscribe(TicketFinished, handlers.see_finished)
    on_ticket_reopened = subscribe(TicketReopened, handlers.see_reopened)
    on_ticket_withdrawn = subscribe(TicketWithdrawn, handlers.see_end)
    on_ticket_declined = subscribe(TicketDeclined, handlers.see_end)
    on_ticket_merged = subscribe(TicketMerged, handlers.see_end)
    on_ticket_handed_off = subscribe(TicketHandedOff, handlers.see_end)

    on_due = due(handlers.fire)

    @query
    def clocks(self, request: GetClocks, call: Call) -> dict[str, list[ClockView]]:
        call.require("ticket.read")
        states = self.tickets.states(request.codes)
        book = self.reference.holding(states.values())
        return {
            code: [
                view(clock, book.calendar_of(clock), call.now) for clock in state.clocks.values()
            ]
            for code, state in states.items()
        }

    @query
    def agreements(self, _request: Nothing, call: Call) -> list[AgreementView]:
        call.require("ticket.read")
        return [
            AgreementView(id=item.id, version=item.version, definition=item.definition)
            for item in self.reference.published("agreement")
        ]

    @query
    def calendars(self, _request: Nothing, call: Call) -> list[CalendarView]:
        call.require("ticket.read")
        return [
            CalendarView(id=item.id, version=item.version, definition=item.definition)
            for item in self.reference.published("calendar")
        ]

    @command
    def define_agreement(self, request: DefineAgreement, call: Call) -> AgreementView:
        call.require("admin.change")
        item = self.reference.publish("agreement", request, call)
        return AgreementView(id=item.id, version=item.version, definition=item.definition)

    @command
    def define_calendar(self, request: DefineCalendar, call: Call) -> CalendarView:
        call.require("admin.change")
        item = self.reference.publish("calendar", request, call)
        return CalendarView(id=item.id, version=item.version, definition=item.definition)

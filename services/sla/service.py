"""The sla service: wiring only."""

from chassis.bus.entrypoints import subscribe
from chassis.calls.call import Call
from chassis.calls.entrypoints import command, query
from chassis.journal import Aggregates
from chassis.timers import due
from contracts.calls.base import Nothing
from contracts.calls.promises import PublicAgreement
from contracts.calls.sla import (
    AgreementView,
    CalendarView,
    ClockView,
    DefineAgreement,
    DefineCalendar,
    DefineHolidays,
    GetClocks,
    GetHolidays,
    HolidaysView,
    SeedHolidays,
)
from contracts.intake import TicketRegistered
from contracts.routing import (
    TicketAnswered,
    TicketDeclined,
    TicketDone,
    TicketFinished,
    TicketHandedOff,
    TicketMerged,
    TicketReopened,
    TicketResumed,
    TicketSentBack,
    TicketWaiting,
    TicketWithdrawn,
)
from services.sla import handlers, promises
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

    on_ticket_registered = subscribe(TicketRegistered, handlers.start_clocks)
    on_ticket_waiting = subscribe(TicketWaiting, handlers.pause_clocks)
    on_ticket_resumed = subscribe(TicketResumed, handlers.resume_clocks)
    on_ticket_answered = subscribe(TicketAnswered, handlers.answer)
    on_ticket_done = subscribe(TicketDone, handlers.finish_work)
    on_ticket_sent_back = subscribe(TicketSentBack, handlers.reopen_clocks)
    on_ticket_finished = subscribe(TicketFinished, handlers.finish)
    on_ticket_reopened = subscribe(TicketReopened, handlers.reopen_clocks)
    on_ticket_withdrawn = subscribe(TicketWithdrawn, handlers.cancel_clocks)
    on_ticket_declined = subscribe(TicketDeclined, handlers.cancel_clocks)
    on_ticket_merged = subscribe(TicketMerged, handlers.cancel_clocks)
    on_ticket_handed_off = subscribe(TicketHandedOff, handlers.cancel_clocks)

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
    def public_agreements(self, _request: Nothing, call: Call) -> list[PublicAgreement]:
        self.reference.refresh()
        return promises.public_agreements(self.reference.newest, call.now)

    @query
    def calendars(self, _request: Nothing, call: Call) -> list[CalendarView]:
        call.require("ticket.read")
        return [
            CalendarView(id=item.id, version=item.version, definition=item.definition)
            for item in self.reference.published("calendar")
        ]

    @query
    def holidays(self, _request: Nothing, call: Call) -> list[HolidaysView]:
        call.require("ticket.read")
        return [
            HolidaysView(id=item.id, version=item.version, definition=item.definition)
            for item in self.reference.published("holidays")
        ]

    @query
    def holiday_list(self, request: GetHolidays, call: Call) -> HolidaysView:
        call.require("ticket.read")
        item = self.reference.one("holidays", request.id)
        return HolidaysView(id=item.id, version=item.version, definition=item.definition)

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

    @command
    def define_holidays(self, request: DefineHolidays, call: Call) -> HolidaysView:
        call.require("admin.change")
        item = self.reference.publish("holidays", request, call)
        return HolidaysView(id=item.id, version=item.version, definition=item.definition)

    @command
    def seed_holidays(self, request: SeedHolidays, call: Call) -> HolidaysView:
        call.require("admin.change")
        item = self.reference.seed(request, call)
        return HolidaysView(id=item.id, version=item.version, definition=item.definition)

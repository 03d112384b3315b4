"""The sla service: wiring only."""

from datetime import datetime
from functools import cached_property
from typing import TypeVar

from chassis.bus.entrypoints import subscribe
from chassis.calls.call import Call
from chassis.calls.entrypoints import command, query
from chassis.errors import NotFound
from chassis.journal import Aggregates
from chassis.journal.intents import Decide
from chassis.lease import Lease
from chassis.timers import background, due, everywhere
from contracts.calls.audit import AuditEntry, GetAudit
from contracts.calls.base import Nothing
from contracts.calls.days import GetPromised, GetWorkingDays, WorkingDay
from contracts.calls.nearest import GetNearest, Nearest
from contracts.calls.promises import PublicAgreement
from contracts.calls.sla import (
    AgreementView,
    CalendarView,
    Calibration,
    ClockView,
    DecideException,
    DefineAgreement,
    DefineCalendar,
    DefineHolidays,
    ExpectedView,
    Explain,
    Explanation,
    GetClocks,
    GetHolidays,
    GetTimes,
    GiveReason,
    HolidaysView,
    NextDue,
    Replanning,
    RequestException,
    SeedHolidays,
    TicketTimes,
    UnitClocks,
    UnitClocksPage,
)
from contracts.calls.trials import NameTrial, StartTrial, TrialView
from contracts.calls.versions import CheckDraft, GetVersions, Version
from contracts.intake import TicketMessageReceived, TicketRegistered
from contracts.routing import (
    TicketAnswered,
    TicketAssigned,
    TicketDeclined,
    TicketDone,
    TicketFinished,
    TicketHandedOff,
    TicketMerged,
    TicketMigrated,
    TicketMoved,
    TicketOpened,
    TicketPrioritised,
    TicketQueued,
    TicketReopened,
    TicketResumed,
    TicketSentBack,
    TicketTimerEnded,
    TicketTimerSet,
    TicketTriaged,
    TicketUnitAsked,
    TicketUnitReplied,
    TicketWaiting,
    TicketWithdrawn,
)
from services.sla import expecting, handlers, past, planning, promises, verdicts
from services.sla.domain.clocks import CLOCKS
from services.sla.domain.explaining import explain
from services.sla.domain.finding import index
from services.sla.domain.nearest import nearest
from services.sla.domain.views import timers_of, view, views
from services.sla.following import Follower
from services.sla.reference import Agreements
from services.sla.repository import TICKET_INDEXES, Publication
from services.sla.trials import Trier

V = TypeVar("V", AgreementView, CalendarView, HolidaysView)


class SlaService:
    """The clock: what was promised for a ticket, when it comes due, whether it was kept."""

    name = "sla"

    tickets = Aggregates(
        CLOCKS,
        collection="tickets",
        index=index,
        indexes=TICKET_INDEXES,
        opened_by="intake",
        unit=lambda clocks: clocks.situation.unit,
        listed_later=True,
    )
    reference = Agreements()

    on_ticket_registered = subscribe(TicketRegistered, handlers.see_registered)
    on_message_received = subscribe(TicketMessageReceived, handlers.see_message)
    on_ticket_opened = subscribe(TicketOpened, handlers.see_step)
    on_ticket_triaged = subscribe(TicketTriaged, handlers.see_step)
    on_ticket_moved = subscribe(TicketMoved, handlers.see_step)
    on_ticket_migrated = subscribe(TicketMigrated, handlers.see_step)
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
    on_ticket_unit_asked = subscribe(TicketUnitAsked, handlers.see_question)
    on_ticket_unit_replied = subscribe(TicketUnitReplied, handlers.see_reply)
    on_ticket_merged = subscribe(TicketMerged, handlers.see_end)
    on_ticket_handed_off = subscribe(TicketHandedOff, handlers.see_end)
    on_ticket_timer_set = subscribe(TicketTimerSet, handlers.set_timer)
    on_ticket_timer_ended = subscribe(TicketTimerEnded, handlers.end_timer)

    on_due = due(handlers.fire)

    @background("calendars", pause=5)
    def follow_calendars(self, lease: Lease) -> None:
        self._follower.follow(lease)

    @query
    def replanning(self, _request: Nothing, call: Call) -> Replanning:
        call.require("admin.change")
        return self._follower.progress()

    @everywhere(pause=5)
    def look_about(self) -> None:
        self.reference.look_about()

    @background("trials", pause=1)
    def run_trials(self, lease: Lease) -> None:
        self._trier.run(lease)

    @command
    def start_trial(self, request: StartTrial, call: Call) -> TrialView:
        call.require("admin.change")
        return self._trier.start(request, call).view()

    @command
    def cancel_trial(self, request: NameTrial, call: Call) -> TrialView:
        call.require("admin.change")
        return self._trier.cancel(request).view()

    @query
    def trial(self, request: NameTrial, call: Call) -> TrialView:
        call.require("admin.change")
        return self._trier.one(request).view()

    @query
    def trials(self, _request: Nothing, call: Call) -> list[TrialView]:
        call.require("admin.change")
        return [job.view() for job in self._trier.trials.newest()]

    @query
    def clocks(self, request: GetClocks, call: Call) -> dict[str, list[ClockView]]:
        call.require("ticket.read")
        states = past.states(self.tickets, request.codes, request.at)
        book = self.reference.holding(states.values())
        at = request.at or call.now
        return {code: views(state, book, at) for code, state in states.items()}

    @query
    def times(self, request: GetTimes, call: Call) -> dict[str, TicketTimes]:
        call.require("ticket.read")
        states = self.tickets.states(request.codes)
        book = self.reference.holding(states.values())
        expected = expecting.views(states, book, call.now)
        return {
            code: TicketTimes(
                clocks=views(state, book, call.now),
                expected=expected.get(code),
                timers=timers_of(state),
            )
            for code, state in states.items()
        }

    @query
    def expected(self, request: GetTimes, call: Call) -> dict[str, ExpectedView]:
        if call.identity.role != "requester":
            call.require("ticket.read")
        states = self.tickets.states(request.codes)
        return expecting.views(states, self.reference.holding(states.values()), call.now)

    @query
    def next_due(self, request: GetTimes, call: Call) -> dict[str, NextDue]:
        call.require("ticket.read")
        states = self.tickets.states(request.codes)
        book = self.reference.holding(states.values())
        found = {code: nearest(state, book, call.now) for code, state in states.items()}
        return {code: due for code, due in found.items() if due is not None}

    @query
    def expectations(self, _request: Nothing, call: Call) -> list[Calibration]:
        call.require("report.read")
        return self.reference.outlook.calibrations()

    @query
    def working_days(self, request: GetWorkingDays, call: Call) -> dict[str, list[WorkingDay]]:
        call.require("ticket.read")
        self.reference.refresh()
        return planning.working_days(request, self.reference.book)

    @query
    def promised(self, request: GetPromised, call: Call) -> dict[str, datetime]:
        call.require("ticket.read")
        states = self.tickets.states(request.codes)
        return planning.promised(states, self.reference.holding(states.values()), call.now)

    @query
    def unit_clocks(self, request: UnitClocks, call: Call) -> UnitClocksPage:
        call.require("report.read")
        found, following = past.of_unit(self.tickets, request, call.now)
        book, at = self.reference.holding(found.values()), request.at or call.now
        shown = {
            code: [view(clock, state, book, at) for clock in state.open()]
            for code, state in found.items()
        }
        return UnitClocksPage(tickets=shown, next=following)

    @query
    def nearest(self, request: GetNearest, call: Call) -> Nearest:
        call.require("report.read")
        return self.reference.running.nearest(request.units, call.now, request.limit)

    @query
    def explain(self, request: Explain, call: Call) -> Explanation:
        call.require("ticket.read")
        record = [(item.event, item.at) for item in self.tickets.history(request.code)]
        state = self.tickets.state(request.code)
        book = self.reference.holding([state] if state else [])
        found = explain(request.code, request.clock, record, book, call.now)
        if found is None:
            raise NotFound("clock_not_found")
        return found

    @command
    def give_reason(self, request: GiveReason, call: Call) -> ClockView:
        call.require("ticket.work")
        return self._judged(request, verdicts.give_reason, call)

    @command
    def request_exception(self, request: RequestException, call: Call) -> ClockView:
        call.require("ticket.work")
        return self._judged(request, verdicts.request_exception, call)

    @command
    def decide_exception(self, request: DecideException, call: Call) -> ClockView:
        call.require("ticket.approve")
        return self._judged(request, verdicts.decide_exception, call)

    @query
    def agreements(self, _request: Nothing, call: Call) -> list[AgreementView]:
        call.require("ticket.read")
        return [_shown(AgreementView, item) for item in self.reference.published("agreement")]

    @query
    def public_agreements(self, _request: Nothing, call: Call) -> list[PublicAgreement]:
        self.reference.refresh()
        return promises.public_agreements(
            self.reference.agreements, self.reference.newest, call.now
        )

    @query
    def calendars(self, _request: Nothing, call: Call) -> list[CalendarView]:
        call.require("ticket.read")
        return [_shown(CalendarView, item) for item in self.reference.published("calendar")]

    @query
    def holidays(self, _request: Nothing, call: Call) -> list[HolidaysView]:
        call.require("ticket.read")
        return [_shown(HolidaysView, item) for item in self.reference.published("holidays")]

    @query
    def holiday_list(self, request: GetHolidays, call: Call) -> HolidaysView:
        call.require("ticket.read")
        return _shown(HolidaysView, self.reference.one("holidays", request.id))

    @query
    def versions(self, request: GetVersions, call: Call) -> list[Version]:
        call.require("admin.change")
        return [_version(item) for item in self.reference.versions(request.kind, request.id)]

    @query
    def audit(self, request: GetAudit, call: Call) -> list[AuditEntry]:
        call.require("admin.change")
        return self.reference.changes(request)

    @query
    def check_draft(self, request: CheckDraft, call: Call) -> bool:
        call.require("admin.change")
        self.reference.check(request.kind, request.id, request.definition)
        return True

    @command
    def define_agreement(self, request: DefineAgreement, call: Call) -> AgreementView:
        call.require("admin.change")
        return _shown(AgreementView, self.reference.publish("agreement", request, call))

    @command
    def define_calendar(self, request: DefineCalendar, call: Call) -> CalendarView:
        call.require("admin.change")
        return _shown(CalendarView, self.reference.publish("calendar", request, call))

    @command
    def define_holidays(self, request: DefineHolidays, call: Call) -> HolidaysView:
        call.require("admin.change")
        return _shown(HolidaysView, self.reference.publish("holidays", request, call))

    @command
    def seed_holidays(self, request: SeedHolidays, call: Call) -> HolidaysView:
        call.require("admin.change")
        return _shown(HolidaysView, self.reference.seed(request, call))

    def _judged(
        self, request: GiveReason | RequestException | DecideException, decide: Decide, call: Call
    ) -> ClockView:
        state = self.tickets.execute(request.code, decide, request, call).state
        return view(state.clocks[request.clock], state, self.reference.holding([state]), call.now)

    @cached_property
    def _trier(self) -> Trier:
        return Trier(self.reference.trials, self.reference)

    @cached_property
    def _follower(self) -> Follower:
        return Follower(self.tickets, self.reference)


def _version(item: Publication) -> Version:
    """Show a version with who published it, and when."""
    return Version(
        id=item.id, version=item.version, definition=item.definition, by=item.by, at=item.at
    )


def _shown(kind: type[V], item: Publication) -> V:
    """Show a version as callers see it."""
    return kind(id=item.id, version=item.version, definition=item.definition)

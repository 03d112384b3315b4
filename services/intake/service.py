"""The intake service: wiring only."""

from functools import cached_property

from chassis.calls.call import Call
from chassis.calls.client import ServiceClient
from chassis.calls.entrypoints import command, query
from chassis.errors import Forbidden
from chassis.journal import Aggregates
from chassis.lease import Lease
from chassis.runtime import Config
from chassis.timers import background, on_start
from contracts.calls.base import Nothing
from contracts.calls.forms import (
    DefineBlock,
    DefineForm,
    FormVersion,
    FormView,
    GetForm,
    GetForms,
    GetFormVersions,
    PublishedForm,
)
from contracts.calls.intake import (
    AddMessage,
    Contacts,
    DefineSubject,
    DefineWordGroup,
    DescribeTickets,
    Message,
    Registered,
    RegisterTicket,
    Requester,
    SearchTickets,
    SplitTicket,
    StartTicket,
    Subject,
    TicketContent,
    Track,
    Tracked,
    WordGroup,
)
from contracts.calls.plans import (
    DefinePlan,
    GetPlanned,
    NamePlan,
    PlannedTicket,
    PlanView,
    SkipPlan,
)
from services.intake import content, following, registration, requesters, splitting, starting
from services.intake.asking import asked
from services.intake.catalogue import Catalogue
from services.intake.domain.plan import PLANS, Plan
from services.intake.domain.plan import index as plan_index
from services.intake.domain.requester import REQUESTERS
from services.intake.domain.requester import Requester as RequesterState
from services.intake.domain.ticket import TICKETS, Ticket
from services.intake.forms import published
from services.intake.own.door import OwnCalls
from services.intake.planning import Planner
from services.intake.repository import PLAN_INDEXES, Store
from services.intake.settings import IntakeSettings


class IntakeService(OwnCalls):
    """What was asked, by whom, and how it came."""

    name = "intake"

    tickets: Aggregates[Ticket] = Aggregates(TICKETS, collection="tickets")
    requesters: Aggregates[RequesterState] = Aggregates(
        REQUESTERS, collection="requesters", streams=("requester:",)
    )
    plans: Aggregates[Plan] = Aggregates(
        PLANS, collection="plans", index=plan_index, indexes=PLAN_INDEXES, streams=("plan:",)
    )
    catalogue = Catalogue()
    sla = ServiceClient("sla")
    store = Store()
    settings = Config(IntakeSettings)

    @command
    def register_ticket(self, request: RegisterTicket, call: Call) -> Registered:
        return self._register(request, call)

    @command
    def split_ticket(self, request: SplitTicket, call: Call) -> Registered:
        call.require("ticket.register_for")
        return splitting.split(request, call, self._means)

    @command
    def start_ticket(self, request: StartTicket, call: Call) -> Registered:
        if call.identity.role != "service":
            raise Forbidden("right_missing", right="ticket.register_for")
        return starting.start(request, call, self._means)

    @command
    def add_message(self, request: AddMessage, call: Call) -> Message:
        return following.add_message(
            request, call, tickets=self.tickets, store=self.store, limits=self.settings
        )

    @query
    def track(self, request: Track, call: Call) -> Tracked:
        return following.track(
            request,
            call,
            tickets=self.tickets,
            store=self.store,
            limits=self.settings,
            forms=self.catalogue.forms,
        )

    @query
    def describe_tickets(self, request: DescribeTickets, call: Call) -> dict[str, TicketContent]:
        call.require("ticket.read")
        forms = self.catalogue.forms if request.forms else None
        return content.describe(request.codes, self.tickets, self.store, forms)

    @query
    def search_tickets(self, request: SearchTickets, call: Call) -> list[str]:
        call.require("ticket.read")
        return content.search(request, self.tickets, self.store, self.catalogue.forms)

    @query
    def contacts(self, request: Contacts, call: Call) -> dict[str, Requester]:
        if call.require("ticket.read") != "all":
            raise Forbidden("right_missing", right="ticket.read")
        return content.contacts(request.requesters, request.tickets, self.tickets, self.store)

    @query
    def subjects(self, _request: Nothing, _call: Call) -> list[Subject]:
        return self.catalogue.tree()

    @command
    def define_subject(self, request: DefineSubject, call: Call) -> Subject:
        call.require("admin.change")
        return self.catalogue.define(request, call)

    @query
    def word_groups(self, _request: Nothing, call: Call) -> list[WordGroup]:
        call.require("ticket.read")
        return self.catalogue.words.all()

    @command
    def define_word_group(self, request: DefineWordGroup, call: Call) -> WordGroup:
        call.require("admin.change")
        return self.catalogue.words.define(request, call)

    @query
    def form(self, request: GetForm, call: Call) -> PublishedForm:
        return self.catalogue.form(request, call)

    @query
    def forms(self, request: GetForms, call: Call) -> list[PublishedForm]:
        call.require("ticket.read")
        editions = self.catalogue.forms.shelf().editions
        return [published(editions[name]) for name in request.ids if name in editions]

    @query
    def form_definitions(self, _request: Nothing, call: Call) -> list[FormView]:
        call.require("admin.change")
        return self.catalogue.forms.of_kind("form")

    @query
    def form_versions(self, request: GetFormVersions, call: Call) -> list[FormVersion]:
        call.require("admin.change")
        return self.catalogue.forms.versions(request.id)

    @query
    def block_definitions(self, _request: Nothing, call: Call) -> list[FormView]:
        call.require("admin.change")
        return self.catalogue.forms.of_kind("block")

    @command
    def define_form(self, request: DefineForm, call: Call) -> FormView:
        call.require("admin.change")
        return self.catalogue.forms.define(request, call)

    @command
    def define_block(self, request: DefineBlock, call: Call) -> FormView:
        call.require("admin.change")
        return self.catalogue.forms.define(request, call)

    @command
    def define_plan(self, request: DefinePlan, call: Call) -> PlanView:
        call.require("ticket.register_for")
        return self._planner.define(request, call)

    @command
    def pause_plan(self, request: NamePlan, call: Call) -> PlanView:
        call.require("ticket.register_for")
        return self._planner.pause(request, call)

    @command
    def resume_plan(self, request: NamePlan, call: Call) -> PlanView:
        call.require("ticket.register_for")
        return self._planner.resume(request, call)

    @command
    def end_plan(self, request: NamePlan, call: Call) -> PlanView:
        call.require("ticket.register_for")
        return self._planner.end(request, call)

    @command
    def skip_plan(self, request: SkipPlan, call: Call) -> PlanView:
        call.require("ticket.register_for")
        return self._planner.skip(request, call)

    @query
    def plan(self, request: NamePlan, call: Call) -> PlanView:
        call.require("ticket.register_for")
        return self._planner.view(request, call)

    @query
    def all_plans(self, _request: Nothing, call: Call) -> list[PlanView]:
        call.require("ticket.register_for")
        return self._planner.views(call)

    @query
    def planned_ahead(self, request: GetPlanned, call: Call) -> list[PlannedTicket]:
        if call.require("ticket.read") != "all":
            raise Forbidden("right_missing", right="ticket.read")
        return self._planner.ahead(request, call.now)

    @background("plans", pause=1)
    def fulfil_plans(self, lease: Lease) -> None:
        self._planner.fulfil_all(self.catalogue.runtime, lease)

    @on_start
    def fill_in_demo(self) -> None:
        self.catalogue.fill_in_demo()

    @background("requester-changes", pause=1)
    def tell_requester_changes(self, _lease: Lease) -> None:
        requesters.tell_changes(self.store, self.requesters)

    @cached_property
    def _planner(self) -> Planner:
        return Planner(
            self.plans,
            self.store.plan_contents,
            check=self._kind_of,
            register=self._register,
            sla=self.sla,
            zone=self.settings.zone,
        )

    def _kind_of(self, request: RegisterTicket, call: Call) -> str:
        return asked(request, call, self.catalogue, self.settings.zone)[1].kind

    def _register(self, request: RegisterTicket, call: Call) -> Registered:
        return registration.register(request, call, **self._means)

    @property
    def _means(self) -> registration.Means:
        return {
            "tickets": self.tickets,
            "store": self.store,
            "catalogue": self.catalogue,
            "zone": self.settings.zone,
        }

"""The routing service: wiring only."""

from functools import cached_property

from chassis.bus.entrypoints import subscribe
from chassis.calls.call import Call
from chassis.calls.entrypoints import command, query
from chassis.errors import Forbidden
from chassis.journal import Aggregates, Recorded
from chassis.runtime import Config
from chassis.timers import due, every, on_start
from contracts.calls.base import Nothing
from contracts.calls.routing import (
    Act,
    ActedOn,
    ActOnMany,
    Attendance,
    Authenticate,
    BeginShadow,
    CancelLeave,
    CheckWorkflow,
    Colleague,
    DefineMacro,
    DefinePerson,
    DefineRule,
    DefineUnit,
    DefineWorkflow,
    Draft,
    EndShadow,
    ExplainRules,
    FilledIn,
    Follow,
    Followed,
    GetAttendance,
    GetDraft,
    GetPerson,
    GetRelated,
    GetRuleSet,
    GetTeam,
    GetTexts,
    GetTicket,
    Inbox,
    ListTickets,
    Macro,
    MigrateWorkflow,
    Migration,
    NameWorkflow,
    PersonView,
    PublishRules,
    Related,
    RestoreRules,
    Rule,
    RuleSet,
    RuleSetHead,
    RulesExplained,
    RulesTrial,
    SaveDraft,
    SetPresence,
    Shadow,
    Staff,
    StaffContacts,
    StaffContactsAnswer,
    StaffMember,
    Step,
    TakeLeave,
    TicketPage,
    TicketView,
    Timeline,
    TryRules,
    Unit,
    UseMacro,
    WorkflowView,
)
from contracts.intake import TicketMessageReceived, TicketRegistered
from contracts.sla import SlaDemanded
from services.routing import (
    accounts,
    bulk,
    demo,
    doing,
    handlers,
    macros,
    merged,
    migrating,
    relations,
    timeline,
    waking,
)
from services.routing.administration import Administration, without_password
from services.routing.attending import Attending
from services.routing.carrying import Carrying
from services.routing.distribution import Distribution
from services.routing.doing import Desk
from services.routing.domain.life import TICKETS
from services.routing.domain.records import RECORDS, Record
from services.routing.domain.ticket import Ticket, index
from services.routing.leaving import Leaving
from services.routing.passwords import Passwords
from services.routing.reference import Grounding
from services.routing.repository import Store
from services.routing.repository.queues import TICKET_INDEXES
from services.routing.rule_trials import RuleTrials
from services.routing.rulebook import Rulebook
from services.routing.settings import RoutingSettings
from services.routing.views import Shown, Views
from services.routing.workflows import examples


class RoutingService:
    """Where the work is, and what may happen to it next."""

    name = "routing"

    cases: Aggregates[Ticket] = Aggregates(
        TICKETS,
        collection="tickets",
        index=index,
        indexes=TICKET_INDEXES,
        opened_by="intake",
        unit=lambda ticket: ticket.unit,
    )
    organisation: Aggregates[Record] = Aggregates(
        RECORDS, collection="organisation", streams=("person:", "unit:", "rules:")
    )
    grounding = Grounding()
    store = Store()
    passwords = Passwords()
    settings = Config(RoutingSettings)

    on_ticket_registered = subscribe(TicketRegistered, handlers.open_ticket, into="cases")
    on_message_received = subscribe(TicketMessageReceived, handlers.hear_requester, into="cases")
    on_sla_demanded = subscribe(SlaDemanded, handlers.meet_demands, into="cases")

    on_due = due(handlers.take_back, into="cases", in_a_hurry=False)

    # -- tickets ---------------------------------------------------------------------------------

    @command
    def act(self, request: Act, call: Call) -> TicketView:
        outcome = doing.carry_out(request, call, self._desk)
        self._distribution.serve_freed()
        self._distribution.serve(request.code, outcome)
        shown = Shown(request.code, outcome.version, outcome.state, call.now)
        return self._views(call).show(shown)

    @command
    def act_on_many(self, request: ActOnMany, call: Call) -> list[ActedOn]:
        outcomes = bulk.carry_out_many(
            request,
            call,
            tickets=self.cases,
            texts=self.store.texts,
            grounds=self.grounding.now(),
        )
        self._distribution.serve_freed()
        return self._views(call).acted_on(outcomes)

    @query
    def ticket(self, request: GetTicket, call: Call) -> TicketView:
        return self._views(call).ticket(request.code)

    @query
    def related(self, request: GetRelated, call: Call) -> Related:
        shown = self._views(call).readable(request.code)
        return relations.related(
            shown.ticket, request.code, tickets=self.cases, grounds=self.grounding.now(), call=call
        )

    @query
    def tickets(self, request: ListTickets, call: Call) -> TicketPage:
        return self._views(call).page(request)

    @query
    def inbox(self, _request: Nothing, call: Call) -> Inbox:
        return self._views(call).inbox()

    @query
    def timeline(self, request: Timeline, call: Call) -> list[Step]:
        views = self._views(call)
        views.readable(request.code)
        if not views.is_staff:
            return self._public_steps(self.cases.history(request.code))
        return timeline.full(self.cases.history(request.code), self.store.texts.bodies)

    @query
    def follow(self, request: Follow, call: Call) -> Followed:
        ticket, history = self._views(call).followed(request.code)
        followed = Followed(ticket=ticket, steps=self._public_steps(history))
        if ticket.merged_into is None:
            return followed
        names = self.grounding.lookup.names
        return merged.followed_on(followed, history, self.cases, self.store.texts.bodies, names)

    @query
    def texts(self, request: GetTexts, call: Call) -> dict[str, str]:
        if call.identity.role != "service":
            raise Forbidden("right_missing", right="ticket.read")
        return self.store.texts.bodies(request.ids)

    @every(seconds=1)
    def hand_out(self) -> None:
        self._distribution.serve_all()
        self._distribution.serve_tasks()

    @every(seconds=1)
    def carry_on(self) -> None:
        self._carrying.carry_all()
        waking.wake_all(self.cases, self.grounding.runtime)

    @every(seconds=10)
    def pass_on_what_is_left(self) -> None:
        self._leaving.pass_on()

    @every(seconds=60)
    def sweep_loads(self) -> None:
        self._distribution.sweep(self.settings.reservation)

    # -- the desk's tools ------------------------------------------------------------------------

    @query
    def macros(self, _request: Nothing, call: Call) -> list[Macro]:
        call.require("admin.change")
        return self.store.macros.all()

    @query
    def own_macros(self, _request: Nothing, call: Call) -> list[Macro]:
        call.require("ticket.read")
        return macros.offered(call, self.store, self.grounding.lookup.organisation)

    @command
    def define_macro(self, request: DefineMacro, call: Call) -> Macro:
        call.require("admin.change")
        return macros.define(request, self.store, self.grounding.lookup.organisation)

    @command
    def use_macro(self, request: UseMacro, call: Call) -> FilledIn:
        ticket = self._views(call).readable(request.code).ticket
        return macros.use(request, ticket, call, self.store, self.grounding.lookup)

    @query
    def drafts(self, _request: Nothing, call: Call) -> list[Draft]:
        call.require("ticket.read")
        return self.store.drafts.of(call.identity.subject, limit=200)

    @query
    def draft(self, request: GetDraft, call: Call) -> Draft | None:
        self._views(call).readable(request.code)
        return self.store.drafts.one(call.identity.subject, request.code)

    @command
    def save_draft(self, request: SaveDraft, call: Call) -> Draft:
        self._views(call).readable(request.code)
        draft = Draft(code=request.code, use=request.use, text=request.text, at=call.now)
        self.store.drafts.save(call.identity.subject, draft)
        return draft

    @command
    def drop_draft(self, request: GetDraft, call: Call) -> bool:
        self.store.drafts.drop(call.identity.subject, request.code)
        return True

    # -- staff -----------------------------------------------------------------------------------

    @command
    def authenticate(self, request: Authenticate, call: Call) -> Staff:
        return accounts.authenticate(request, call, store=self.store, passwords=self.passwords)

    @query
    def staff_contacts(self, request: StaffContacts, call: Call) -> StaffContactsAnswer:
        call.require("ticket.read")
        return accounts.contacts(
            request, organisation=self.grounding.lookup.organisation, store=self.store
        )

    @query
    def staff(self, _request: Nothing, call: Call) -> list[StaffMember]:
        call.require("ticket.read")
        return [member.staff() for member in self.store.directory.members().values()]

    @query
    def person(self, request: GetPerson, call: Call) -> PersonView:
        call.require("admin.change")
        return self._administration.person(request.id)

    @query
    def attendance(self, request: GetAttendance, call: Call) -> Attendance:
        return self._attending.attendance(request.person, call)

    @query
    def team(self, request: GetTeam, call: Call) -> list[Colleague]:
        return self._attending.team(request.unit, call)

    @command
    def set_presence(self, request: SetPresence, call: Call) -> Attendance:
        said = self._attending.set_presence(request, call)
        self._distribution.serve_person(said.person)
        return said

    @command
    def take_leave(self, request: TakeLeave, call: Call) -> Attendance:
        return self._attending.take_leave(request, call)

    @command
    def cancel_leave(self, request: CancelLeave, call: Call) -> Attendance:
        said = self._attending.cancel_leave(request, call)
        self._distribution.serve_person(said.person)
        return said

    # -- the organisation ------------------------------------------------------------------------

    @query
    def units(self, _request: Nothing, _call: Call) -> list[Unit]:
        return list(self.grounding.lookup.organisation.units.values())

    @query
    def rules(self, _request: Nothing, call: Call) -> list[Rule]:
        call.require("admin.change")
        return list(self.grounding.lookup.organisation.rules)

    @query
    def workflows(self, _request: Nothing, call: Call) -> list[WorkflowView]:
        call.require("ticket.read")
        return self._administration.workflows()

    @command
    def define_person(self, request: DefinePerson, call: Call) -> Staff:
        call.require("admin.change")
        return self._administration.define_person(request, without_password(request, call))

    @command
    def define_unit(self, request: DefineUnit, call: Call) -> Unit:
        call.require("admin.change")
        return self._administration.define_unit(request, call)

    @command
    def define_rule(self, request: DefineRule, call: Call) -> Rule:
        call.require("admin.change")
        return self._rulebook.define(request, call)

    @command
    def define_workflow(self, request: DefineWorkflow, call: Call) -> WorkflowView:
        call.require("admin.change")
        return self._administration.define_workflow(request)

    @query
    def check_workflow(self, request: CheckWorkflow, call: Call) -> WorkflowView:
        call.require("admin.change")
        return self._administration.check_workflow(request)

    @query
    def workflow_versions(self, request: NameWorkflow, call: Call) -> list[WorkflowView]:
        call.require("ticket.read")
        return self._administration.workflow_versions(request.id)

    @query
    def workflow_examples(self, _request: Nothing, call: Call) -> list[WorkflowView]:
        call.require("ticket.read")
        found = examples().items()
        return [WorkflowView(id=name, version=0, definition=data) for name, data in found]

    @command
    def migrate_workflow(self, request: MigrateWorkflow, call: Call) -> Migration:
        call.require("admin.change")
        self.grounding.lookup.forget()
        flows = self.grounding.lookup.workflows
        return migrating.migrated(request, call, tickets=self.cases, workflows=flows)

    @on_start
    def found_demo(self) -> None:
        if self.grounding.runtime.settings.demo:
            demo.found(
                self._administration, self._rulebook, self.grounding, self.settings.demo_password
            )

    # -- the rules as a whole --------------------------------------------------------------------

    @query
    def rule_sets(self, _request: Nothing, call: Call) -> list[RuleSetHead]:
        call.require("admin.change")
        return self._rulebook.heads()

    @query
    def rule_set(self, request: GetRuleSet, call: Call) -> RuleSet:
        call.require("admin.change")
        return self._rulebook.one(request)

    @command
    def publish_rules(self, request: PublishRules, call: Call) -> RuleSet:
        call.require("admin.change")
        return self._rulebook.publish(request, call)

    @command
    def restore_rules(self, request: RestoreRules, call: Call) -> RuleSet:
        call.require("admin.change")
        return self._rulebook.restore(request, call)

    @query
    def try_rules(self, request: TryRules, call: Call) -> RulesTrial:
        call.require("admin.change")
        return self._rule_trials.attempt(request, call.now)

    @query
    def explain_rules(self, request: ExplainRules, call: Call) -> RulesExplained:
        call.require("admin.change")
        return self._rule_trials.explain(request, call.now)

    @query
    def shadow(self, _request: Nothing, call: Call) -> Shadow:
        call.require("admin.change")
        return self._rulebook.shadow()

    @command
    def begin_shadow(self, request: BeginShadow, call: Call) -> Shadow:
        call.require("admin.change")
        return self._rulebook.begin_shadow(request, call)

    @command
    def promote_shadow(self, request: EndShadow, call: Call) -> RuleSet:
        call.require("admin.change")
        return self._rulebook.promote(request, call)

    @command
    def drop_shadow(self, request: EndShadow, call: Call) -> Shadow:
        call.require("admin.change")
        return self._rulebook.drop(request, call)

    # -- parts of one process --------------------------------------------------------------------

    def _public_steps(self, history: list[Recorded]) -> list[Step]:
        return timeline.public(history, self.store.texts.bodies, self.grounding.lookup.names)

    def _views(self, call: Call) -> Views:
        return Views(self.cases, self.grounding.now(), call)

    @cached_property
    def _desk(self) -> Desk:
        grounding = self.grounding
        zone = self.settings.zone
        texts, lookup, forms = self.store.texts, grounding.lookup, grounding.forms
        return Desk(self.cases, texts, lookup, forms, zone, grounding.now)

    @cached_property
    def _distribution(self) -> Distribution:
        return Distribution(self.cases, self.grounding)

    @cached_property
    def _carrying(self) -> Carrying:
        return Carrying(self.cases, self.grounding.runtime)

    @cached_property
    def _leaving(self) -> Leaving:
        return Leaving(self._distribution, self.grounding, self.settings.long_leave)

    @cached_property
    def _attending(self) -> Attending:
        return Attending(self.organisation, self.store, self.grounding.lookup)

    @cached_property
    def _administration(self) -> Administration:
        lookup = self.grounding.lookup
        forms = self.grounding.forms
        return Administration(self.organisation, self.store, lookup, self.passwords, forms)

    @cached_property
    def _rulebook(self) -> Rulebook:
        return Rulebook(self.organisation, self.store.directory.rules, self.grounding.lookup)

    @cached_property
    def _rule_trials(self) -> RuleTrials:
        return RuleTrials(self._rulebook, self.store.requests, self.grounding)

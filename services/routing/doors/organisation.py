"""What can be asked and done about the organisation."""

from chassis.calls.call import Call
from chassis.calls.entrypoints import command, query
from contracts.calls.audit import AuditEntry, GetAudit
from contracts.calls.base import Nothing
from contracts.calls.routing import (
    CheckWorkflow,
    DefinePerson,
    DefineRule,
    DefineUnit,
    DefineWorkflow,
    MigrateWorkflow,
    Migration,
    NameWorkflow,
    Rule,
    Staff,
    Unit,
    WorkflowView,
)
from services.routing import (
    migrating,
)
from services.routing.administration import without_password
from services.routing.doors.parts import Parts
from services.routing.workflows import examples


class OrganisationCalls(Parts):
    """Units, single rules, workflows."""

    @query
    def audit(self, request: GetAudit, call: Call) -> list[AuditEntry]:
        call.require("admin.change")
        return self.store.audit.newest(request)

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
        if request.password is not None:
            names = (request.id, request.username, request.name, request.email, request.mobile)
            self.passwords.refuse_guessable(request.password, "password", names)
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

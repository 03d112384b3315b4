"""Changing the organisation: people, units, workflows.

A change of a person or unit is recorded in its stream first and then written to the directory as of
that version, so that a repeat completes what the first try began.
"""

from collections.abc import Iterator
from datetime import date
from zoneinfo import available_timezones

import msgspec

from chassis.calls.call import Call
from chassis.errors import Conflict, FieldFault, Invalid, NotFound
from chassis.journal import Aggregates
from contracts.calls.routing import (
    DefinePerson,
    DefineUnit,
    DefineWorkflow,
    PersonView,
    Shift,
    Staff,
    Unit,
    WorkflowView,
)
from contracts.days import read_date
from contracts.routing import PersonChanged, UnitChanged
from services.routing.accounts import staff_of
from services.routing.actions import ARGUMENTS
from services.routing.domain.organisation import Organisation
from services.routing.domain.records import Record
from services.routing.domain.workflow import examined, faults_in, forms_of
from services.routing.forms import Forms
from services.routing.handlers.organisation import Change, record_change
from services.routing.lookup import Lookup
from services.routing.passwords import Passwords
from services.routing.repository import Store
from services.routing.repository.directory import Member
from services.routing.workflows import definitions

STAFF_ROLES = ("agent", "expert", "supervisor", "manager", "admin", "importer")


class Administration:
    """Carries out what administrators define."""

    def __init__(
        self,
        streams: Aggregates[Record],
        store: Store,
        lookup: Lookup,
        passwords: Passwords,
        forms: Forms,
    ) -> None:
        self._forms = forms
        self._streams = streams
        self._directory = store.directory
        self._loads = store.loads
        self._partners = store.partners
        self._lookup = lookup
        self._passwords = passwords

    def define_person(self, request: DefinePerson, call: Call) -> Staff:
        """Add or change a staff member; without a password the old one stays."""
        if request.role not in STAFF_ROLES:
            raise _wrong("/role", "role_unknown")
        if request.unit not in self._organisation.units:
            raise _wrong("/unit", "unit_unknown")
        if faults := list(_faults_of(request)):
            raise Invalid("definition_invalid", fields=faults)
        before = self._directory.members([request.id]).get(request.id)
        member = self._member(request, before)
        namesake = self._directory.by_username(member.username)
        if namesake is not None and namesake.id != member.id:
            raise Conflict("username_taken")
        version = self._record(f"person:{request.id}", _person_changed(before, member), call)
        if not self._directory.save_member(member, version):
            raise Conflict("username_taken")
        self._loads.enter(member.id)
        self._lookup.forget()
        return staff_of(member)

    def record(self, member: Member, field: str, call: Call) -> int:
        """Record that something of a person's account changed; give the stream's version."""
        return self._record(f"person:{member.id}", _changed(member, [field]), call)

    def person(self, name: str) -> PersonView:
        """Give what was defined of somebody; raises NotFound."""
        member = self._directory.members([name]).get(name)
        if member is None:
            raise NotFound("person_unknown", person=name)
        return member.view()

    def define_unit(self, request: DefineUnit, call: Call) -> Unit:
        """Add or change a unit; raises Invalid when it would lie below itself."""
        organisation = self._organisation
        if request.parent is not None and request.parent not in organisation.units:
            raise _wrong("/parent", "unit_unknown")
        if organisation.within(request.parent, request.id) or request.parent == request.id:
            raise _wrong("/parent", "unit_below_itself")
        unit = Unit(**msgspec.structs.asdict(request))
        changed = UnitChanged(parent=unit.parent, active=unit.active)
        known = organisation.units.get(unit.id)
        version = self._record(f"unit:{unit.id}", None if known == unit else changed, call)
        self._directory.save_unit(unit, version)
        self._lookup.forget()
        return unit

    def define_workflow(self, request: DefineWorkflow) -> WorkflowView:
        """Publish the next version; tickets stay on the one they were opened with."""
        view = self.check_workflow(request)
        if not self._directory.save_workflow(view):
            raise Conflict("workflow_changed_meanwhile", version=view.version)
        self._lookup.forget()
        return view

    def check_workflow(self, request: DefineWorkflow) -> WorkflowView:
        """Give the version that would be published; raises Invalid with every fault."""
        self._lookup.forget()
        newest = self._lookup.workflows.get((request.id, 0))
        version = newest.version + 1 if newest else 1
        definition = request.definition | {"id": request.id, "version": version}
        workflow, faults = examined(definition, ARGUMENTS)
        if workflow is not None:
            asked = forms_of(workflow)
            known = self._forms.newest(asked) if asked else ()
            subjects = self._lookup.open_subjects() if workflow.started else ()
            partners = self._partners.known(sorted(workflow.partners)) if workflow.partners else {}
            faults += faults_in(self._lookup.organisation, workflow, known, subjects, partners)
        if faults:
            raise Invalid("workflow_invalid", fields=faults)
        return WorkflowView(id=request.id, version=version, definition=definition)

    def workflows(self) -> list[WorkflowView]:
        """Give the newest version of every workflow."""
        return list({view.id: view for view in self._every_workflow()}.values())

    def workflow_versions(self, workflow: str) -> list[WorkflowView]:
        """Give every version of a workflow, the newest first; raises NotFound."""
        found = [view for view in self._every_workflow() if view.id == workflow]
        if not found:
            raise NotFound("workflow_not_found")
        return found[::-1]

    def _every_workflow(self) -> list[WorkflowView]:
        shipped = [
            WorkflowView(id=name, version=data["version"], definition=data)
            for name, data in definitions().items()
        ]
        published = self._directory.workflows()
        return [*shipped, *sorted(published, key=lambda view: view.version)]

    @property
    def _organisation(self) -> Organisation:
        self._lookup.forget()
        return self._lookup.organisation

    def _record(self, stream: str, event: PersonChanged | UnitChanged | None, call: Call) -> int:
        outcome = self._streams.execute(stream, record_change, Change(event), call)
        return outcome.version

    def _member(self, request: DefinePerson, before: Member | None) -> Member:
        kept = before.password if before else None
        fields = msgspec.structs.asdict(request)
        fields["username"] = request.username or (before.username if before else request.id)
        fields["password"] = self._passwords.hash(request.password) if request.password else kept
        return Member(**fields)


def without_password(request: DefinePerson, call: Call) -> Call:
    """Give the call as if no password were in it: the journal keeps a hash of what was asked."""
    bare = msgspec.structs.replace(request, password=None)
    return msgspec.structs.replace(call, body=msgspec.json.encode(bare))


def _person_changed(before: Member | None, after: Member) -> PersonChanged | None:
    fields = [
        name
        for name in Member.__struct_fields__
        if name != "id" and (before is None or getattr(before, name) != getattr(after, name))
    ]
    return _changed(after, fields) if fields else None


def _changed(member: Member, fields: list[str]) -> PersonChanged:
    return PersonChanged(
        unit=member.unit, tier=member.tier, role=member.role, active=member.active, fields=fields
    )


def _faults_of(request: DefinePerson) -> Iterator[FieldFault]:
    """Tell what is wrong with a person beyond the shape."""
    for skill in request.skill_levels:
        if skill not in request.skills:
            yield FieldFault(pointer=f"/skill_levels/{skill}", code="skill_not_named")
    days = [_day(rate.since) for rate in request.rates]
    for position, day in enumerate(days):
        if day is None:
            yield FieldFault(pointer=f"/rates/{position}/since", code="date_malformed")
        elif day in days[:position]:
            yield FieldFault(pointer=f"/rates/{position}/since", code="date_repeated")
    if request.shift is not None:
        yield from _shift_faults(request.shift)


def _shift_faults(shift: Shift) -> Iterator[FieldFault]:
    if shift.zone not in available_timezones():
        yield FieldFault(pointer="/shift/zone", code="zone_unknown")
    for text in shift.exceptions:
        if _day(text) is None:
            yield FieldFault(pointer=f"/shift/exceptions/{text}", code="date_malformed")


def _day(text: str) -> date | None:
    try:
        return read_date(text)
    except ValueError:
        return None


def _wrong(pointer: str, code: str) -> Invalid:
    return Invalid(code, fields=[FieldFault(pointer=pointer, code=code)])

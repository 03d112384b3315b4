"""What can be asked and done about people."""

from chassis.calls.call import Call
from chassis.calls.entrypoints import command, query
from contracts.calls.base import Nothing
from contracts.calls.routing import (
    Admit,
    Attendance,
    Authenticate,
    BegunSecondFactor,
    CancelLeave,
    ChangePassword,
    Colleague,
    ConfirmSecondFactor,
    DemandSecondFactor,
    DropSecondFactor,
    Found,
    Founding,
    GetAttendance,
    GetPerson,
    GetTeam,
    PersonView,
    RecoveryCodes,
    ResetSecondFactor,
    SecondFactorDemand,
    SecondFactorView,
    SetPresence,
    Staff,
    StaffContacts,
    StaffContactsAnswer,
    StaffMember,
    TakeLeave,
)
from services.routing import (
    accounts,
    founding,
)
from services.routing.doors.parts import Parts


class PeopleCalls(Parts):
    """Staff, and who is there."""

    @command
    def authenticate(self, request: Authenticate, call: Call) -> Staff:
        return accounts.authenticate(
            request,
            call,
            store=self.store,
            passwords=self.passwords,
            check_second=self._own_account.check,
        )

    @command
    def admit(self, request: Admit, call: Call) -> Staff:
        return accounts.admit(request, call, store=self.store, check_second=self._own_account.check)

    @query
    def founding(self, _request: Nothing, _call: Call) -> Founding:
        return Founding(founded=founding.is_founded(self.grounding.lookup.organisation))

    @command
    def found(self, request: Found, call: Call) -> Staff:
        return founding.found(
            request,
            call,
            administration=self._administration,
            foundings=self.store.foundings,
            lookup=self.grounding.lookup,
            passwords=self.passwords,
        )

    @query
    def second_factor(self, _request: Nothing, call: Call) -> SecondFactorView:
        return self._own_account.view(call)

    @command
    def begin_second_factor(self, _request: Nothing, call: Call) -> BegunSecondFactor:
        return self._own_account.begin(call)

    @command
    def confirm_second_factor(self, request: ConfirmSecondFactor, call: Call) -> RecoveryCodes:
        return self._own_account.confirm(request.code, call)

    @command
    def drop_second_factor(self, request: DropSecondFactor, call: Call) -> Nothing:
        self._own_account.drop(request.password, call)
        return Nothing()

    @command
    def reset_second_factor(self, request: ResetSecondFactor, call: Call) -> Nothing:
        call.require("admin.change")
        self._own_account.reset(request.person, call)
        return Nothing()

    @query
    def second_factor_demand(self, _request: Nothing, call: Call) -> SecondFactorDemand:
        call.require("admin.change")
        return self._demanding.view()

    @command
    def demand_second_factor(self, request: DemandSecondFactor, call: Call) -> SecondFactorDemand:
        call.require("admin.change")
        return self._demanding.demand(request, call)

    @command
    def change_password(self, request: ChangePassword, call: Call) -> Nothing:
        self._own_account.change_password(request, call)
        return Nothing()

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

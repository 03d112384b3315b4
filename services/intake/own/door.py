"""What requesters can ask of intake about themselves."""

from functools import cached_property
from typing import TYPE_CHECKING

from chassis.calls.call import Call
from chassis.calls.entrypoints import command, query
from chassis.errors import Forbidden
from chassis.lease import Lease
from chassis.timers import background
from contracts.calls.base import Nothing
from contracts.calls.requesters import (
    AskCode,
    ChangeOwnData,
    CodeAsked,
    DropContact,
    GetCodes,
    GetOwnTickets,
    GiveCode,
    OneTimeCode,
    OwnData,
    OwnTicket,
)
from services.intake.own.data import Data
from services.intake.own.proving import Proving, requester_of

if TYPE_CHECKING:
    from chassis.journal import Aggregates
    from services.intake.domain.requester import Requester
    from services.intake.repository import Store
    from services.intake.settings import IntakeSettings


class OwnCalls:
    """Proving who one is, one's data, one's tickets."""

    if TYPE_CHECKING:
        requesters: Aggregates[Requester]
        store: Store
        settings: IntakeSettings

    @command
    def ask_code(self, request: AskCode, call: Call) -> CodeAsked:
        return self._proving.ask(request, call)

    @command
    def give_code(self, request: GiveCode, call: Call) -> OwnData:
        return self._proving.give(request, call)

    @query
    def one_time_codes(self, request: GetCodes, call: Call) -> dict[str, OneTimeCode]:
        if call.identity.role != "service":
            raise Forbidden("right_missing", right="ticket.read")
        return self._proving.codes(request.ids, call.now)

    @query
    def own_data(self, _request: Nothing, call: Call) -> OwnData:
        return self._data.view(requester_of(call.identity))

    @command
    def change_own_data(self, request: ChangeOwnData, call: Call) -> OwnData:
        return self._data.change(requester_of(call.identity), request, call)

    @command
    def drop_contact(self, request: DropContact, call: Call) -> OwnData:
        return self._data.drop(requester_of(call.identity), request.contact, call)

    @query
    def own_tickets(self, request: GetOwnTickets, call: Call) -> list[OwnTicket]:
        return self._data.tickets(requester_of(call.identity), request)

    @background("one-time-codes", pause=1)
    def tell_of_codes(self, _lease: Lease) -> None:
        runtime = self.store.runtime
        self._proving.tell(self.requesters, runtime.clock.now())

    @cached_property
    def _data(self) -> Data:
        return Data(self.store)

    @cached_property
    def _proving(self) -> Proving:
        return Proving(self.store, self._data, self.settings, self.store.runtime.settings.keys)

"""What can be asked about how units stand."""

from chassis.calls.call import Call
from chassis.calls.entrypoints import query
from chassis.lease import Lease
from chassis.timers import background
from contracts.calls.routing import TicketPage
from contracts.calls.routing.board import Board, GetBoard, ListOpen
from services.routing.board import Overlook
from services.routing.doors.parts import Parts


class BoardCalls(Parts):
    """How units stand now."""

    @query
    def board(self, request: GetBoard, call: Call) -> Board:
        return self._overlook(call).board(request, self._attending)

    @query
    def board_tickets(self, request: ListOpen, call: Call) -> TicketPage:
        return self._overlook(call).tickets(request, self._views(call))

    @background("figures", pause=1)
    def show_backlog(self, _lease: Lease) -> None:
        self.store.backlog.refresh()

    def _overlook(self, call: Call) -> Overlook:
        organisation = self.grounding.lookup.organisation
        return Overlook(self.cases, self.store.boards, organisation, call)

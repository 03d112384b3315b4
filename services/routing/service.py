"""The routing service: wiring only."""

from chassis.bus.entrypoints import subscribe
from chassis.timers import due, on_start
from contracts.intake import TicketMessageReceived, TicketRegistered
from contracts.sla import SlaDemanded
from services.routing import (
    demo,
    handlers,
)
from services.routing.doors import (
    BoardCalls,
    CapacityCalls,
    DeskCalls,
    KeyCalls,
    OrganisationCalls,
    PartnerCalls,
    PeopleCalls,
    RuleCalls,
    TicketCalls,
)


class RoutingService(
    TicketCalls,
    DeskCalls,
    BoardCalls,
    PeopleCalls,
    OrganisationCalls,
    CapacityCalls,
    PartnerCalls,
    KeyCalls,
    RuleCalls,
):
    """Where the work is, and what may happen to it next."""

    name = "routing"

    on_ticket_registered = subscribe(TicketRegistered, handlers.open_ticket, into="cases")
    on_message_received = subscribe(TicketMessageReceived, handlers.hear_requester, into="cases")
    on_sla_demanded = subscribe(SlaDemanded, handlers.meet_demands, into="cases")

    on_due = due(handlers.take_back, into="cases", in_a_hurry=False)

    @on_start
    def found_demo(self) -> None:
        if self.grounding.runtime.settings.demo:
            demo.found(
                self._administration, self._rulebook, self.grounding, self.settings.demo_password
            )

"""What can be asked about how full units are."""

from chassis.calls.call import Call
from chassis.calls.entrypoints import query
from chassis.lease import Lease
from chassis.timers import background
from contracts.calls.routing import CapacityPage, CapacityTrial, GetCapacity, TryCapacity
from services.routing.doors.parts import Parts


class CapacityCalls(Parts):
    """Units' capacity."""

    @query
    def capacity(self, request: GetCapacity, call: Call) -> CapacityPage:
        call.require("ticket.assign")
        return self._capacities.page(request, call)

    @query
    def try_capacity(self, request: TryCapacity, call: Call) -> CapacityTrial:
        call.require("ticket.assign")
        return self._capacities.trial(request, call)

    @background("capacity", pause=1)
    def watch_loads(self, lease: Lease) -> None:
        self._watch.look(lease)

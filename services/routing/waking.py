"""Bringing tickets back that somebody had put off; whoever looks finds them there by the second."""

from chassis.calls.call import own_call
from chassis.journal import Aggregates
from chassis.logging import get_logger
from chassis.runtime import Runtime
from services.routing.domain.ticket import Ticket
from services.routing.handlers.attention import WakeUp, wake_up
from services.routing.repository.queues import LONG_AGO

log = get_logger()

_TOGETHER = 200


def wake_all(tickets: Aggregates[Ticket], runtime: Runtime) -> None:
    """Record for whom the time has come; the inbox itself goes by the instant."""
    now = runtime.clock.now()
    come = {"wakes_at": {"$gt": LONG_AGO, "$lte": now}}
    due = tickets.find(come, sort=[("wakes_at", 1)], limit=_TOGETHER)
    if not due:
        return
    call = own_call(runtime, "wake_up")
    outcomes = tickets.execute_all([each.stream for each in due], wake_up, WakeUp(), call)
    for code, outcome in outcomes.items():
        if outcome.error is not None:
            log.info("not_woken", code=code, reason=outcome.error.code)

"""Carrying an action out: its texts are stored before the decision and removed if it is refused."""

from chassis.calls.call import Call
from chassis.errors import Permanent
from chassis.journal import Aggregates, Outcome
from contracts.calls.routing import Act
from services.routing import handlers
from services.routing.actions import Deed, read_arguments, refer_to, written
from services.routing.domain.ticket import Ticket
from services.routing.handlers.case import Grounds
from services.routing.joining import Joining
from services.routing.repository.texts import Texts


def carry_out(
    request: Act, call: Call, *, tickets: Aggregates[Ticket], texts: Texts, grounds: Grounds
) -> Outcome:
    """Do an action, once per idempotency key; raises what the decision raises."""
    arguments = read_arguments(request.action, request.arguments)
    bodies = written(arguments)
    refs = refer_to(bodies, stream=request.code, cause=call.cause)
    texts.keep(request.code, refs, bodies, at=call.now)
    deed = Deed(action=request.action, arguments=arguments, texts=refs, behalf=request.behalf)
    joining = Joining(tickets, grounds, call, {request.code: deed})
    try:
        joining.before()
        outcome = tickets.execute(request.code, handlers.act, deed, call)
    except Permanent as error:
        texts.forget(refs)
        joining.after({request.code: Outcome(None, 0, [], error=error)})
        raise
    joining.after({request.code: outcome})
    return outcome

"""One action on many tickets: each decided by itself, all committed together."""

from collections.abc import Mapping

from chassis.calls.call import Call
from chassis.errors import DomainError, Permanent
from chassis.journal import Aggregates, Outcome
from contracts.calls.routing import ActOnMany
from services.routing import handlers
from services.routing.actions import Deed, read_arguments, refer_to, written
from services.routing.domain.ticket import Ticket
from services.routing.handlers.case import Grounds
from services.routing.joining import Joining
from services.routing.repository.texts import Texts


def carry_out_many(
    request: ActOnMany, call: Call, *, tickets: Aggregates[Ticket], texts: Texts, grounds: Grounds
) -> Mapping[str, Outcome]:
    """Do an action on each ticket, once per idempotency key and ticket; gives what became of each.

    Raises Invalid where the arguments are good for none.
    """
    arguments = read_arguments(request.action, request.arguments)
    bodies = written(arguments)
    deeds: dict[str, Deed] = {}
    for code in dict.fromkeys(request.codes):
        refs = refer_to(bodies, stream=code, cause=call.cause)
        texts.keep(code, refs, bodies, at=call.now)
        deeds[code] = Deed(action=request.action, arguments=arguments, texts=refs)
    joining = Joining(tickets, grounds, call, deeds)
    try:
        joining.before()
        outcomes = tickets.execute_each(deeds, handlers.act, call)
    except DomainError as error:
        # What ties all of them to one ticket was refused, or nothing is known of any.
        outcomes = {code: Outcome(None, 0, [], error=error) for code in deeds}
    for code, outcome in outcomes.items():
        if isinstance(outcome.error, Permanent):
            texts.forget(deeds[code].texts)
    joining.after(outcomes)
    return outcomes

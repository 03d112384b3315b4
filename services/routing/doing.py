"""Carrying an action out: its texts are stored before the decision and removed if it is refused."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from chassis.calls.call import Call
from chassis.errors import FieldFault, Invalid, Permanent
from chassis.journal import Aggregates, Outcome
from contracts.calls.routing import Act
from services.routing import handlers
from services.routing.actions import Deed, Filled, read_arguments, refer_to, written
from services.routing.domain.ticket import Ticket
from services.routing.forms import Forms, asked_for, filled
from services.routing.handlers.case import Grounds
from services.routing.joining import Joining
from services.routing.lookup import Lookup
from services.routing.repository.texts import Texts

#: Among the arguments of any action: what its form was answered with.
_ANSWERS = "answers"


class Desk(NamedTuple):
    """What carrying out needs."""

    tickets: Aggregates[Ticket]
    texts: Texts
    lookup: Lookup
    forms: Forms
    zone: str
    #: What joining tickets looks up, as it is now.
    grounds: Callable[[], Grounds]


def carry_out(request: Act, call: Call, desk: Desk) -> Outcome:
    """Do an action, once per idempotency key; raises what the decision raises."""
    raw = dict(request.arguments)
    given = raw.pop(_ANSWERS, None)
    arguments = read_arguments(request.action, raw)
    bodies = written(arguments)
    form: Filled | None = None
    if given is not None:
        form, bodies[_ANSWERS] = _filled(request, given, call, desk)
    refs = refer_to(bodies, stream=request.code, cause=call.cause)
    desk.texts.keep(request.code, refs, bodies, at=call.now)
    deed = Deed(
        action=request.action, arguments=arguments, texts=refs, behalf=request.behalf, filled=form
    )
    joining = Joining(desk.tickets, desk.grounds(), call, {request.code: deed})
    try:
        joining.before()
        outcome = desk.tickets.execute(request.code, handlers.act, deed, call)
    except Permanent as error:
        desk.texts.forget(refs)
        joining.after({request.code: Outcome(None, 0, [], error=error)})
        raise
    joining.after({request.code: outcome})
    return outcome


def _filled(request: Act, given: Any, call: Call, desk: Desk) -> tuple[Filled, str]:
    """Give the form as it was filled in; whether it is the one that was asked for, the deed says.

    Raises Invalid, or Unavailable.
    """
    if not isinstance(given, Mapping):
        raise Invalid("arguments_invalid", fields=[_wrong("wrong_type")])
    ticket = desk.tickets.state(request.code)
    workflow = ticket and desk.lookup.workflows[ticket.workflow, ticket.workflow_version]
    task = request.arguments.get("task")
    name = asked_for(ticket, workflow, request.action, task) if ticket and workflow else None
    if ticket is None or name is None:
        return Filled(form="", version=0), ""
    return filled(name, given, ticket, desk.forms, call, desk.zone)


def _wrong(code: str) -> FieldFault:
    return FieldFault(pointer=f"/{_ANSWERS}", code=code)

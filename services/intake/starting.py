"""Tickets that the workflow of another one starts: for the same requester, once per start."""

from chassis.calls.call import Call
from contracts.calls.intake import Registered, StartTicket
from contracts.intake import StartedFrom
from services.intake.registration import Means
from services.intake.same_requester import first_of, register_another

_MOST = 200
_DEFAULT = "default"


def start(request: StartTicket, call: Call, means: Means) -> Registered:
    """Register the ticket once per idempotency key; raises what `same_requester` raises."""
    first = first_of(request.code, means)
    language, known = first.ticket.language, first.content
    given = {"code": request.code, "title": known.title, "description": known.description}
    title = filled_in(request.title[language], given)
    new = {
        "subject": request.subject,
        "title": title if len(title) <= _MOST else title[: _MOST - 1] + "…",
        "description": filled_in(request.description[language], given),
        "workflow": request.workflow or _DEFAULT,
        "answers": request.answers,
    }
    origin = StartedFrom(request.code, request.generation)
    return register_another(first, new, call, means, started_from=origin)


def filled_in(template: str, given: dict[str, str]) -> str:
    """Put what is known of a ticket in place of its names; braces around anything else stay."""
    pieces = template.split("{")
    shown = [pieces[0]]
    for piece in pieces[1:]:
        name, closed, rest = piece.partition("}")
        shown.append(given[name] + rest if closed and name in given else "{" + piece)
    return "".join(shown)

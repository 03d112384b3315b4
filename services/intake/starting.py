"""Tickets that the workflow of another one starts: for the same requester, once per start."""

import msgspec

from chassis.calls.call import Call
from chassis.errors import NotFound
from chassis.journal import Aggregates
from contracts.calls.intake import Registered, RegisterTicket, RequesterData, StartTicket
from contracts.intake import StartedFrom
from services.intake.catalogue import Catalogue
from services.intake.content import ticket_of
from services.intake.domain.ticket import Ticket
from services.intake.registration import register
from services.intake.repository import Store

_MOST = 200
_DEFAULT = "default"


def start(
    request: StartTicket,
    call: Call,
    *,
    tickets: Aggregates[Ticket],
    store: Store,
    catalogue: Catalogue,
    zone: str,
) -> Registered:
    """Register the ticket once per idempotency key, under the contact given with the other one.

    Raises NotFound for a ticket that is not here, or whose requester was erased, and what
    registering raises.
    """
    first, claim = ticket_of(request.code, tickets), store.claims.by_code(request.code)
    if first is None or claim is None:
        raise NotFound("ticket_not_found")
    contact, known = claim.content.contact, claim.content
    given = {"code": request.code, "title": known.title, "description": known.description}
    title = filled_in(request.title[first.language], given)
    new = msgspec.convert(
        {
            "subject": request.subject,
            "title": title if len(title) <= _MOST else title[: _MOST - 1] + "…",
            "description": filled_in(request.description[first.language], given),
            "requester": RequesterData(
                name=contact.name, mobile=contact.mobile, email=contact.email
            ),
            "channel": first.channel,
            "language": first.language,
            "workflow": request.workflow or _DEFAULT,
            "answers": request.answers,
        },
        RegisterTicket,
    )
    return register(
        new,
        call,
        tickets=tickets,
        store=store,
        catalogue=catalogue,
        zone=zone,
        started_from=StartedFrom(request.code, request.generation),
    )


def filled_in(template: str, given: dict[str, str]) -> str:
    """Put what is known of a ticket in place of its names; braces around anything else stay."""
    pieces = template.split("{")
    shown = [pieces[0]]
    for piece in pieces[1:]:
        name, closed, rest = piece.partition("}")
        shown.append(given[name] + rest if closed and name in given else "{" + piece)
    return "".join(shown)

"""Splitting: a part of a request becomes a request of its own, by the same requester."""

import msgspec

from chassis.calls.call import Call
from chassis.errors import NotFound
from chassis.journal import Aggregates
from contracts.calls.intake import Registered, RegisterTicket, RequesterData, SplitTicket
from services.intake.catalogue import Catalogue
from services.intake.content import ticket_of
from services.intake.domain.ticket import Ticket
from services.intake.registration import register
from services.intake.repository import Store


def split(
    request: SplitTicket,
    call: Call,
    *,
    tickets: Aggregates[Ticket],
    store: Store,
    catalogue: Catalogue,
    zone: str,
) -> Registered:
    """Register the part once per idempotency key, under the contact given with the whole.

    Raises NotFound for a ticket that is not here, or whose requester was erased, and what
    registering raises.
    """
    whole, claim = ticket_of(request.code, tickets), store.claims.by_code(request.code)
    if whole is None or claim is None:
        raise NotFound("ticket_not_found")
    contact = claim.content.contact
    part = msgspec.convert(
        {
            "subject": request.subject or whole.subject,
            "title": request.title,
            "description": request.description,
            "requester": RequesterData(
                name=contact.name, mobile=contact.mobile, email=contact.email
            ),
            "channel": whole.channel,
            "language": whole.language,
            "answers": request.answers,
        },
        RegisterTicket,
    )
    return register(
        part,
        call,
        tickets=tickets,
        store=store,
        catalogue=catalogue,
        zone=zone,
        split_from=request.code,
    )

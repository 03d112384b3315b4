"""Another ticket for whoever asked in one that there is, under the contact given with that one."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from chassis.calls.call import Call
from chassis.errors import NotFound
from contracts.calls.intake import Registered, RegisterTicket, RequesterData
from contracts.intake import StartedFrom
from services.intake.content import tickets_in
from services.intake.domain.request import Checked
from services.intake.domain.ticket import Ticket
from services.intake.registration import Means, register


class First(NamedTuple):
    """The ticket that there is, and what was asked in it."""

    ticket: Ticket
    content: Checked


def first_of(code: str, means: Means) -> First:
    """Give a ticket; raises NotFound for one that is not here, or whose requester was erased."""
    dossier = means["store"].dossiers.of(code)
    ticket = tickets_in({code: dossier}, means["tickets"]).get(code)
    if ticket is None or dossier.claim is None:
        raise NotFound("ticket_not_found")
    return First(ticket, dossier.claim.content)


def register_another(
    first: First,
    fields: dict[str, Any],
    call: Call,
    means: Means,
    *,
    split_from: str | None = None,
    started_from: StartedFrom | None = None,
) -> Registered:
    """Register a ticket as the first one was, once per idempotency key; `fields` is what differs.

    Raises what registering raises.
    """
    contact = first.content.contact
    alike = {
        "subject": first.ticket.subject,
        "requester": RequesterData(name=contact.name, mobile=contact.mobile, email=contact.email),
        "channel": first.ticket.channel,
        "language": first.ticket.language,
    }
    new = msgspec.convert(alike | fields, RegisterTicket)
    return register(new, call, **means, split_from=split_from, started_from=started_from)

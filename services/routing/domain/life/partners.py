"""How a ticket changes when its work goes to a partner outside, is spoken of, comes back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec.structs import replace

from contracts.routing import (
    TicketPartnerHeard,
    TicketSentOut,
    TicketTakenBack,
    TicketTakenIn,
)
from services.routing.domain.life.changing import changed
from services.routing.domain.ticket import TICKETS, Client, Outside, Ticket


@TICKETS.on(TicketSentOut)
def sent_out(state: Ticket, event: TicketSentOut, at: datetime) -> Ticket:
    token = Outside(
        handoff=event.handoff, partner=event.partner, kind=event.kind, by=event.by, since=at
    )
    state = changed(state, outside=token)
    if not event.generation:
        return state
    return changed(state, pending=replace(state.pending, handed_over=state.pending.handed_over + 1))


@TICKETS.on(TicketPartnerHeard)
def partner_heard(state: Ticket, event: TicketPartnerHeard, at: datetime) -> Ticket:
    token = state.outside
    if token is None or token.handoff != event.handoff:
        return state
    news: dict[str, Any] = {"heard_at": at}
    if event.reference is not None:
        news["reference"] = event.reference
    if event.said == "answered" and event.text is not None:
        news["answer"] = event.text
    if event.number is None or event.number > token.number:
        news |= {
            "number": event.number or token.number,
            "state": event.outside_state or token.state,
            "due_at": event.due_at or token.due_at,
        }
    return changed(state, outside=replace(token, **news))


@TICKETS.on(TicketTakenBack)
def taken_back(state: Ticket, event: TicketTakenBack, _at: datetime) -> Ticket:
    token = state.outside
    if token is None or token.handoff != event.handoff:
        return state
    return changed(state, outside=replace(token, is_open=False, outcome=event.outcome))


@TICKETS.on(TicketTakenIn)
def taken_in(state: Ticket, event: TicketTakenIn, _at: datetime) -> Ticket:
    client = Client(partner=event.partner, handoff=event.handoff, reference=event.reference)
    pending = replace(state.pending, generation=event.generation)
    return changed(state, client=client, pending=pending)

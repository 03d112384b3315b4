"""Consent by one, by all, by a number: each says it once, and never about his own deed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from chassis.errors import Conflict
from contracts.envelope import Event
from contracts.routing import TicketApprovalGiven
from services.routing.domain.life import TICKETS
from services.routing.domain.permission import Standing
from services.routing.handlers.case import Action, Case


def approve(case: Case) -> list[Event]:
    """Consent, in the first seat that is for him."""
    return _given(case, "approved")


def refuse(case: Case) -> list[Event]:
    """Not consent, and say why."""
    return _given(case, "refused")


def _given(case: Case, verdict: Literal["approved", "refused"]) -> list[Event]:
    ticket, organisation = case.ticket, case.grounds.organisation
    seat = Standing(ticket, case.asker, organisation).seat
    if seat is None or ticket.consent is None:
        raise Conflict("no_seat_free")
    given = TicketApprovalGiven(
        seat=seat.number,
        by=case.by,
        verdict=verdict,
        reason=case.text("reason"),
        instead_of=seat.instead_of,
    )
    after = TICKETS.apply(ticket, given, case.context.at).consent
    if after is None or not after.in_order or after.is_settled is not None:
        return [given]
    return [msgspec.structs.replace(given, told=after.told(ticket.unit, organisation))]


#: What `approve` and `refuse` mean at a step that waits for consent.
ACTIONS: Mapping[str, Action] = {"approve": Action(approve), "refuse": Action(refuse)}

"""Consent by one, by all, by a number: each says it once, and never about his own deed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from chassis.errors import Conflict
from contracts.envelope import Event
from contracts.routing import TicketApprovalGiven
from services.routing.domain.permission import Standing
from services.routing.handlers.case import Action, Case


def approve(case: Case) -> list[Event]:
    """Consent, in the first seat that is for him."""
    return _given(case, "approved")


def refuse(case: Case) -> list[Event]:
    """Not consent, and say why."""
    return _given(case, "refused")


def _given(case: Case, verdict: Literal["approved", "refused"]) -> list[Event]:
    seat = Standing(case.ticket, case.asker, case.grounds.organisation).seat
    if seat is None:
        raise Conflict("no_seat_free")
    reason = case.text("reason")
    return [TicketApprovalGiven(seat=seat, by=case.by, verdict=verdict, reason=reason)]


#: What `approve` and `refuse` mean at a step that waits for consent.
ACTIONS: Mapping[str, Action] = {"approve": Action(approve), "refuse": Action(refuse)}

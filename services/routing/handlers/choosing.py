"""Which row of the rules decides about a request: what is known of it, and what the table says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from contracts.calls.routing import Rule
from contracts.intake import TicketRegistered
from contracts.rights import scope_of
from services.routing.domain.organisation import Organisation, Person
from services.routing.domain.rules import AND, Facts
from services.routing.domain.ticket import Ticket
from services.routing.handlers.case import Grounds


def rule_of(request: TicketRegistered | Ticket, at: datetime, grounds: Grounds) -> Rule | None:
    """Give the row that decides about a request registered at an instant, if one holds.

    Several skills at once are asked for only where somebody of the team has them all.
    """
    rule = grounds.organisation.table.rule_for(facts_of(request, at, grounds))
    if rule is None or rule.skill is None or AND not in rule.skill:
        return rule
    if grounds.organisation.has_somebody(rule.unit, rule.tier, rule.skill):
        return rule
    return msgspec.structs.replace(rule, skill=rule.skill.partition(AND)[0])


def facts_of(request: TicketRegistered | Ticket, at: datetime, grounds: Grounds) -> Facts:
    """Gather what the rules go by: of the request as it came, or of its case as it was opened."""
    unit = registered_in(request, grounds.organisation)
    return Facts(
        subjects=tuple(grounds.subject_line(request.subject)),
        kind=request.kind,
        channel=request.channel,
        segment=request.segment,
        language=request.language,
        units=tuple(grounds.organisation.line_up(unit)) if unit else (),
        mentions=tuple(request.mentions),
        at=at,
        zone=grounds.zone,
        answers=_answers(request),
    )


def _answers(request: TicketRegistered | Ticket) -> Mapping[str, Any]:
    return request.answers.get("request", {}) if isinstance(request, Ticket) else request.answers


def registered_in(request: TicketRegistered | Ticket, organisation: Organisation) -> str | None:
    """Give the unit of the staff member who registered a request for the requester."""
    if isinstance(request, Ticket):
        return request.registered_in
    person = _who_registered(request, organisation)
    return person.unit if person else None


def registrar(event: TicketRegistered, organisation: Organisation) -> Person | None:
    """Give who registered on the requester's behalf, when he may speak to requesters."""
    person = _who_registered(event, organisation)
    speaks = person is not None and scope_of(person.role, "ticket.answer") is not None
    return person if person is not None and person.active and speaks else None


def _who_registered(event: TicketRegistered, organisation: Organisation) -> Person | None:
    return organisation.people.get((event.registered_by or "").removeprefix("person:"))

"""What conditions of workflows may ask of a ticket: plain values, no texts, no personal data."""

from __future__ import annotations

from typing import Any

from services.routing.domain.ticket import Ticket
from services.routing.domain.workflow.wording import FACTS


def facts_of(ticket: Ticket) -> dict[str, Any]:
    """Give `{ticket: {...}, answers: {form: {field: value}}}`."""
    known = {name: getattr(ticket, name) for name in FACTS}
    lists = {"tags": list(ticket.tags), "mentions": list(ticket.mentions)}
    return {"ticket": known | lists, "answers": ticket.answers}

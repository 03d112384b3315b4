"""The facts of one ticket: a part for each service that tells of it.

An event changes only the part of the service that recorded it. So it does not matter in which
order the events of different services arrive, and a rebuild, which reads one service's log after
the other's, ends with the same facts.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from chassis.decisions import Evolution
from contracts.envelope import Event
from services.reporting.domain.case import CASE, Case
from services.reporting.domain.clocks import CLOCKS, Clocks
from services.reporting.domain.deliveries import DELIVERIES, Deliveries
from services.reporting.domain.request import REQUEST, Request


class TicketFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that is remembered of a ticket."""

    request: Request = Request()
    case: Case = Case()
    clocks: Clocks = Clocks()
    deliveries: Deliveries = Deliveries()


_PARTS: dict[str, tuple[str, Evolution[Any]]] = {
    "intake": ("request", REQUEST),
    "routing": ("case", CASE),
    "sla": ("clocks", CLOCKS),
    "notify": ("deliveries", DELIVERIES),
}

#: The services whose events reporting reads.
SOURCES = tuple(_PARTS)


def apply(facts: TicketFacts, event: Event, at: datetime) -> TicketFacts:
    """Give the facts after the event; one that says nothing about a ticket changes nothing."""
    part, evolution = _PARTS[event.service]
    before = getattr(facts, part)
    after = evolution.apply(before, event, at)
    return facts if after is before else replace(facts, **{part: after})

"""Agreements as data: for which tickets they hold, what they promise, what missing it costs.

An agreement's version never changes once published. A special agreement may extend a general one:
it then promises what that does, but for the targets it has itself. Which agreements and versions
there are, and which hold for a ticket, is in `book.py`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from contracts.calls.base import Line, Slug
from contracts.sla import TicketFacts
from services.sla.domain.target import Target

#: From the most telling term to the least: settles which of two agreements with as many is nearer.
TERMS = ("subject", "unit", "priority", "segment", "kind", "channel")


class Match(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For which tickets: each term lists what it accepts; one left out accepts everything."""

    subject: list[str] = []
    kind: list[str] = []
    channel: list[str] = []
    segment: list[str] = []
    priority: list[int] = []
    unit: list[str] = []

    def accepts(self, facts: TicketFacts) -> bool:
        """Tell whether a ticket meets every term."""
        return all(getattr(facts, term) in getattr(self, term) for term in self.stated())

    def stated(self) -> list[str]:
        """Give the terms that say something."""
        return [term for term in TERMS if getattr(self, term)]

    def rank(self) -> tuple[int, list[bool]]:
        """Give how specific it is: first how many terms are stated, then which."""
        stated = [bool(getattr(self, term)) for term in TERMS]
        return sum(stated), stated


class Penalty(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What missing a target costs, in rials."""

    clock: Slug
    per_breach: Annotated[int, Meta(ge=0)] = 0
    #: For each hour of the calendar's time, the part of an hour in proportion.
    per_hour_late: Annotated[int, Meta(ge=0)] = 0
    #: At most so much for one ticket.
    cap: Annotated[int, Meta(ge=0)] | None = None

    def amount(self, late_seconds: float) -> int:
        """Give what a breach costs that was so late, rounded up to whole rials."""
        hourly = -int(-self.per_hour_late * late_seconds // 3600)
        owed = self.per_breach + hourly
        return owed if self.cap is None else min(owed, self.cap)


class AgreementTerms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An agreement as an administrator writes it."""

    targets: Annotated[list[Target], Meta(max_length=50)]
    match: Match = Match()
    #: An agreement that is not active is kept for its tickets and matches no new one.
    active: bool = True
    #: The general agreement whose targets and penalties hold but for those stated here.
    extends: Slug | None = None
    #: The version holds for tickets registered from then on; absent: from its publication on.
    valid_from: datetime | None = None
    penalties: Annotated[list[Penalty], Meta(max_length=50)] = []
    #: Why a target was missed, as people may say it, and what may be agreed not to count.
    breach_reasons: Annotated[list[Slug], Meta(max_length=100)] = []
    exceptions: Annotated[list[Slug], Meta(max_length=100)] = []
    #: Whom the agreement is with, and other words for readers.
    title: dict[str, Line] = {}
    #: Whether everybody may read it.
    public: bool = False


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """One published version."""

    id: str
    version: int
    terms: AgreementTerms
    #: Number of the publication; a ticket goes by what was published before it was registered.
    number: int = 0

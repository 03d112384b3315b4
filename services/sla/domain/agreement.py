"""Agreements as data: for which tickets they hold, and what they promise.

An agreement's version never changes once published. Which calendars and versions there are is in
`book.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from chassis.errors import FieldFault
from contracts.calls.base import Slug
from contracts.sla import Notice, TicketFacts
from services.sla.domain import notices

ClockName = Literal["first_response", "resolution"]
Stop = Literal["answered", "done", "finished"]

#: What stops a clock where its target does not say so. `finished` counts from the instant at which
#: the work was done: the approver's time is not the assignee's.
STOPS: dict[ClockName, frozenset[Stop]] = {
    "first_response": frozenset({"answered", "done"}),
    "resolution": frozenset({"finished"}),
}
#: The mark that is the target itself; every target has it, with or without notices.
TARGET = 100
LONGEST = timedelta(days=366)
#: From the most telling term to the least: settles which of two agreements with as many is nearer.
TERMS = ("subject", "unit", "priority", "segment", "kind", "channel")
#: Routing finds these out after a clock has started, so that no clock could start by them.
LATER_TERMS = ("unit", "priority")


class Mark(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A point on the way to the target, and whom it tells."""

    percent: Annotated[int, Meta(ge=1, le=TARGET)]
    notices: Annotated[list[Notice], Meta(max_length=20)] = []


class Target(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One promise: within how much of a calendar's time a clock has to stop."""

    clock: ClockName
    #: In data an ISO 8601 duration: `PT1H`. A day is 24 hours of the calendar's time.
    within: timedelta
    calendar: Slug
    marks: Annotated[list[Mark], Meta(max_length=20)] = []
    #: Absent: what `STOPS` says.
    stops_on: Annotated[list[Stop], Meta(min_length=1)] | None = None

    @property
    def seconds(self) -> float:
        """The target, in seconds of the calendar's time."""
        return self.within.total_seconds()

    def percents(self) -> list[int]:
        """Give the marks in the order in which they come."""
        return sorted({mark.percent for mark in self.marks} | {TARGET})

    def notices(self, percent: int) -> list[Notice]:
        """Give whom a mark tells."""
        return [notice for mark in self.marks if mark.percent == percent for notice in mark.notices]

    def stopped_by(self, stop: Stop) -> bool:
        """Tell whether the clock stops on it."""
        return stop in (self.stops_on or STOPS[self.clock])


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


class AgreementTerms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An agreement as an administrator writes it."""

    targets: Annotated[list[Target], Meta(min_length=1)]
    match: Match = Match()
    #: An agreement that is not active is kept for its tickets and matches no new one.
    active: bool = True


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """One published version."""

    id: str
    version: int
    terms: AgreementTerms

    def target(self, clock: str) -> Target:
        """Give the target of a clock that the agreement started."""
        return next(target for target in self.terms.targets if target.clock == clock)


def faults(terms: AgreementTerms, calendars: frozenset[str]) -> Iterator[FieldFault]:
    """Tell what is wrong with an agreement beyond its shape, given the ids of the calendars."""
    for term in LATER_TERMS:
        if getattr(terms.match, term):
            yield FieldFault(pointer=f"/match/{term}", code="term_not_known_at_registering")
    clocks = [target.clock for target in terms.targets]
    for position, target in enumerate(terms.targets):
        pointer = f"/targets/{position}"
        if target.clock in clocks[:position]:
            yield FieldFault(pointer=f"{pointer}/clock", code="clock_repeated")
        if not timedelta() < target.within <= LONGEST:
            yield FieldFault(
                pointer=f"{pointer}/within", code="duration_out_of_range", params={"days": 366}
            )
        if target.calendar not in calendars:
            yield FieldFault(pointer=f"{pointer}/calendar", code="calendar_not_found")
        yield from _mark_faults(f"{pointer}/marks", target.marks)


def _mark_faults(pointer: str, marks: list[Mark]) -> Iterator[FieldFault]:
    percents = [mark.percent for mark in marks]
    for position, mark in enumerate(marks):
        if mark.percent in percents[:position]:
            yield FieldFault(pointer=f"{pointer}/{position}/percent", code="mark_repeated")
        yield from notices.faults(f"{pointer}/{position}/notices", mark.notices)

"""What sla's events say of a ticket: the verdict on each clock that was started for it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec
from msgspec.structs import replace

from chassis.decisions import Evolution
from contracts.sla import (
    SlaBreached,
    SlaBreachWithdrawn,
    SlaCancelled,
    SlaExceptionDecided,
    SlaMet,
    SlaReplanned,
    SlaResumed,
    SlaStarted,
)

Verdict = Literal["open", "met", "breached", "cancelled"]


class Clock(msgspec.Struct, frozen=True, array_like=True):
    """One run of a clock."""

    name: str
    agreement: str
    verdict: Verdict = "open"
    #: A breach that was agreed not to count: the run is left out of figures, as one cancelled.
    excused: bool = False


class Clocks(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Every run of every clock, in the order in which they started."""

    runs: list[Clock] = []

    def judged(self, name: str, verdict: Verdict, *, unless: Verdict | None = None) -> Clocks:
        """Give the last run of the clock another verdict, `unless` it already has that one."""
        for index in reversed(range(len(self.runs))):
            run = self.runs[index]
            if run.name != name:
                continue
            if run.verdict == unless:
                return self
            after = replace(run, verdict="cancelled" if run.excused else verdict)
            return Clocks(runs=[*self.runs[:index], after, *self.runs[index + 1 :]])
        return self

    def excused(self, name: str) -> Clocks:
        """Leave the last run of the clock out of figures, whatever comes of it."""
        for index in reversed(range(len(self.runs))):
            if self.runs[index].name == name:
                after = replace(self.runs[index], verdict="cancelled", excused=True)
                return Clocks(runs=[*self.runs[:index], after, *self.runs[index + 1 :]])
        return self


CLOCKS = Evolution(Clocks)


@CLOCKS.on(SlaStarted)
def started(clocks: Clocks, event: SlaStarted, _at: datetime) -> Clocks:
    return Clocks(runs=[*clocks.runs, Clock(event.clock, event.agreement)])


@CLOCKS.on(SlaResumed)
def resumed(clocks: Clocks, event: SlaResumed, _at: datetime) -> Clocks:
    # A ticket that is reopened sets a clock going that had been met; a breach stays one.
    return clocks.judged(event.clock, "open", unless="breached")


@CLOCKS.on(SlaBreached)
def breached(clocks: Clocks, event: SlaBreached, _at: datetime) -> Clocks:
    return clocks.judged(event.clock, "breached")


@CLOCKS.on(SlaBreachWithdrawn)
def breach_withdrawn(clocks: Clocks, event: SlaBreachWithdrawn, _at: datetime) -> Clocks:
    return clocks.judged(event.clock, "met")


@CLOCKS.on(SlaMet)
def met(clocks: Clocks, event: SlaMet, _at: datetime) -> Clocks:
    return clocks.judged(event.clock, "breached" if event.late_seconds > 0 else "met")


@CLOCKS.on(SlaCancelled)
def cancelled(clocks: Clocks, event: SlaCancelled, _at: datetime) -> Clocks:
    return clocks.judged(event.clock, "cancelled", unless="breached")


@CLOCKS.on(SlaExceptionDecided)
def exception_decided(clocks: Clocks, event: SlaExceptionDecided, _at: datetime) -> Clocks:
    return clocks.excused(event.clock) if event.approved else clocks


@CLOCKS.on(SlaReplanned)
def replanned(clocks: Clocks, event: SlaReplanned, _at: datetime) -> Clocks:
    # What is judged later, is judged under the agreement that holds then.
    last = next((run for run in reversed(clocks.runs) if run.name == event.clock), None)
    if last is None or last.verdict != "open" or last.agreement == event.after.agreement:
        return clocks
    after = replace(last, agreement=event.after.agreement)
    return Clocks(runs=[after if run is last else run for run in clocks.runs])

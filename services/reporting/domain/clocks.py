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
    SlaMet,
    SlaResumed,
    SlaStarted,
)

Verdict = Literal["open", "met", "breached", "cancelled"]


class Clock(msgspec.Struct, frozen=True, array_like=True):
    """One run of a clock."""

    name: str
    agreement: str
    verdict: Verdict = "open"


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
            after = replace(run, verdict=verdict)
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

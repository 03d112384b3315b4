"""A ticket's clocks: their state, and what each fact makes of it.

Every instant a clock needs later (its due time, its alarms) is in the facts themselves, so folding
takes no calendar and gives the same state whatever has been published since.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from chassis.decisions import Evolution
from contracts.sla import (
    Alarm,
    Basis,
    ExpectedStep,
    SlaBreached,
    SlaBreachWithdrawn,
    SlaCancelled,
    SlaDemanded,
    SlaExceptionDecided,
    SlaExceptionRequested,
    SlaExpected,
    SlaForetold,
    SlaMet,
    SlaObserved,
    SlaOverdue,
    SlaPaused,
    SlaReasonGiven,
    SlaReplanned,
    SlaResumed,
    SlaStarted,
    SlaTimerEnded,
    SlaTimerSet,
    SlaWarned,
    TicketFacts,
)
from services.sla.domain.course import Observation, Situation, as_observation
from services.sla.domain.target import NOBODY, TARGET


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """One target of one ticket."""

    name: str
    agreement: str
    agreement_version: int
    calendar: str
    calendar_version: int
    target_seconds: float
    started_at: datetime
    due_at: datetime
    #: Marks that have not come, with the instants at which they do while the clock runs.
    alarms: list[Alarm]
    #: Business seconds that were left at `since`; negative once the target has been missed.
    left_seconds: float
    #: When it last began to run, or stopped running.
    since: datetime
    state: Literal["running", "paused", "met", "cancelled"] = "running"
    held_by: str | None = None
    #: When the work was done; what approval confirms, the clock goes by.
    done_at: datetime | None = None
    stopped_at: datetime | None = None
    breached_at: datetime | None = None
    #: Why the target was missed, as somebody said.
    breach_reason: str | None = None
    exception: Literal["requested", "approved", "refused"] | None = None
    exception_by: str | None = None

    @property
    def running(self) -> bool:
        """Whether time passes on it."""
        return self.state == "running"

    @property
    def open(self) -> bool:
        """Whether its verdict is still to come."""
        return self.state in ("running", "paused")


class Expectation(msgspec.Struct, frozen=True, kw_only=True):
    """When the ticket is expected to end."""

    at: datetime
    #: The first one that was told since it was registered, or reopened.
    first_at: datetime
    #: When it is looked at again.
    look_at: datetime
    #: The one that the requester was told last, and when he was sent a message about it.
    told: datetime
    told_at: datetime | None = None
    basis: Basis
    steps: list[ExpectedStep] = []


class Clocks(msgspec.Struct, frozen=True, kw_only=True):
    """All clocks of a ticket, by name; none where no agreement holds."""

    clocks: dict[str, Clock] = {}
    #: What the agreement was chosen by, so that it can be chosen again when one of them changes.
    facts: TicketFacts | None = None
    imported: bool = False
    #: What happened so far; empty for a ticket from before courses were recorded.
    course: list[Observation] = []
    #: Where the ticket stands after its course.
    situation: Situation = Situation()
    #: Id and version of the agreement that holds now; only known with a course.
    agreement: tuple[str, int] | None = None
    #: Number of the last publication that the ticket goes by.
    published: int | None = None
    #: None before there was history to tell it from.
    expected: Expectation | None = None
    #: What the ticket's workflow wants done later, in the order in which it was set.
    timers: tuple[SlaTimerSet, ...] = ()

    @property
    def registered_at(self) -> datetime | None:
        """When the ticket was registered, where its course says so."""
        return self.course[0].at if self.course else None

    @property
    def awaited(self) -> bool:
        """Whether its end lies ahead, and it lives here and now."""
        situation = self.situation
        return bool(self.course) and not (self.imported or situation.ended or situation.done)

    @property
    def looks_ahead(self) -> bool:
        """Whether time brings its end nearer: it waits for no requester."""
        return self.awaited and self.situation.waiting_for != "requester"

    def running(self) -> list[Clock]:
        """Give the clocks on which time passes."""
        return [clock for clock in self.clocks.values() if clock.running]

    def open(self) -> list[Clock]:
        """Give the clocks whose verdict is still to come."""
        return [clock for clock in self.clocks.values() if clock.open]

    def changed(self, name: str, **changes: Any) -> Clocks:
        """Give the state with some fields of one clock replaced."""
        clock = replace(self.clocks[name], **changes)
        return replace(self, clocks={**self.clocks, name: clock})


CLOCKS = Evolution(Clocks)


@CLOCKS.on(SlaObserved)
def _observed(state: Clocks, event: SlaObserved, at: datetime) -> Clocks:
    seen = as_observation(event, at)
    return observed(state, event, seen, state.situation.after(seen))


def observed(state: Clocks, event: SlaObserved, seen: Observation, after: Situation) -> Clocks:
    """Give the state after an observation, where it is known how the ticket then stands."""
    changes: dict[str, Any] = {"course": [*state.course, seen], "situation": after}
    if seen.what == "registered":
        changes |= {
            "facts": seen.facts,
            "imported": seen.imported,
            "published": seen.published,
        }
    if event.agreement is not None:
        changes["agreement"] = event.agreement, event.agreement_version
    elif event.agreement_version == 0:
        changes["agreement"] = None
    if state.timers:
        changes["timers"] = tuple(timer for timer in state.timers if _holds(timer, after))
    return replace(state, **changes)


@CLOCKS.on(SlaStarted)
def _started(state: Clocks, event: SlaStarted, at: datetime) -> Clocks:
    clock = Clock(
        name=event.clock,
        agreement=event.agreement,
        agreement_version=event.agreement_version,
        calendar=event.calendar,
        calendar_version=event.calendar_version,
        target_seconds=event.target_seconds,
        started_at=event.started_at,
        due_at=event.due_at,
        alarms=event.alarms,
        left_seconds=event.target_seconds if event.left_seconds is None else event.left_seconds,
        since=event.started_at if event.left_seconds is None else max(at, event.started_at),
    )
    return replace(
        state,
        clocks={**state.clocks, event.clock: clock},
        facts=event.facts or state.facts,
        imported=event.imported or state.imported,
    )


@CLOCKS.on(SlaPaused)
def _paused(state: Clocks, event: SlaPaused, at: datetime) -> Clocks:
    clock = state.clocks[event.clock]
    return state.changed(
        event.clock,
        state="paused",
        held_by=event.held_by,
        left_seconds=event.left_seconds,
        since=max(at, clock.since) if clock.running else clock.since,
        done_at=max(at, clock.since) if event.held_by == NOBODY else None,
    )


@CLOCKS.on(SlaResumed)
def _resumed(state: Clocks, event: SlaResumed, at: datetime) -> Clocks:
    return state.changed(
        event.clock,
        state="running",
        held_by=None,
        done_at=None,
        stopped_at=None,
        since=max(at, state.clocks[event.clock].since),
        due_at=event.due_at,
        alarms=event.alarms,
    )


@CLOCKS.on(SlaReplanned)
def _replanned(state: Clocks, event: SlaReplanned, _at: datetime) -> Clocks:
    clock, after = state.clocks[event.clock], event.after
    return state.changed(
        event.clock,
        agreement=after.agreement,
        agreement_version=after.agreement_version,
        calendar=after.calendar,
        calendar_version=after.calendar_version,
        target_seconds=after.target_seconds,
        left_seconds=round(after.target_seconds - event.used_seconds, 6),
        since=max(event.replanned_at, clock.since) if clock.running else clock.since,
        due_at=event.due_at,
        alarms=event.alarms,
    )


@CLOCKS.on(SlaOverdue)
def _overdue(state: Clocks, event: SlaOverdue, _at: datetime) -> Clocks:
    alarms = _without(state, event.clock, event.mark, event.label)
    return state.changed(event.clock, alarms=alarms)


@CLOCKS.on(SlaWarned)
def _warned(state: Clocks, event: SlaWarned, _at: datetime) -> Clocks:
    alarms = _without(state, event.clock, event.mark, event.label)
    return state.changed(event.clock, alarms=alarms)


@CLOCKS.on(SlaBreached)
def _breached(state: Clocks, event: SlaBreached, _at: datetime) -> Clocks:
    alarms = _without(state, event.clock, event.mark, None)
    return state.changed(event.clock, alarms=alarms, breached_at=event.alarm_at)


@CLOCKS.on(SlaBreachWithdrawn)
def _withdrawn(state: Clocks, event: SlaBreachWithdrawn, _at: datetime) -> Clocks:
    clock = state.clocks[event.clock]
    again = Alarm(mark=TARGET, at=clock.due_at)
    names = {(alarm.mark, alarm.label) for alarm in event.alarms}
    kept = [alarm for alarm in clock.alarms if (alarm.mark, alarm.label) not in names]
    return state.changed(event.clock, alarms=[*kept, again, *event.alarms], breached_at=None)


@CLOCKS.on(SlaMet)
def _met(state: Clocks, event: SlaMet, _at: datetime) -> Clocks:
    clock = state.clocks[event.clock]
    return state.changed(
        event.clock,
        state="met",
        held_by=None,
        since=event.stopped_at,
        stopped_at=event.stopped_at,
        left_seconds=round(clock.target_seconds - event.elapsed_seconds, 3),
    )


@CLOCKS.on(SlaCancelled)
def _cancelled(state: Clocks, event: SlaCancelled, at: datetime) -> Clocks:
    since = max(at, state.clocks[event.clock].since)
    return state.changed(
        event.clock,
        state="cancelled",
        held_by=None,
        since=since,
        stopped_at=since,
        left_seconds=event.left_seconds,
    )


@CLOCKS.on(SlaReasonGiven)
def _reason_given(state: Clocks, event: SlaReasonGiven, _at: datetime) -> Clocks:
    return state.changed(event.clock, breach_reason=event.reason)


@CLOCKS.on(SlaExceptionRequested)
def _exception_requested(state: Clocks, event: SlaExceptionRequested, _at: datetime) -> Clocks:
    return state.changed(event.clock, exception="requested", exception_by=event.by)


@CLOCKS.on(SlaExceptionDecided)
def _exception_decided(state: Clocks, event: SlaExceptionDecided, _at: datetime) -> Clocks:
    return state.changed(event.clock, exception="approved" if event.approved else "refused")


@CLOCKS.on(SlaExpected)
def _expected(state: Clocks, event: SlaExpected, _at: datetime) -> Clocks:
    known = None if event.why in ("registered", "reopened") else state.expected
    expected = Expectation(
        at=event.expected_at,
        first_at=known.first_at if known else event.expected_at,
        look_at=event.look_at,
        told=known.told if known else event.expected_at,
        told_at=state.expected.told_at if state.expected else None,
        basis=event.basis,
        steps=event.steps,
    )
    return replace(state, expected=expected)


@CLOCKS.on(SlaForetold)
def _foretold(state: Clocks, event: SlaForetold, at: datetime) -> Clocks:
    if state.expected is None:
        return state
    return replace(state, expected=replace(state.expected, told=event.expected_at, told_at=at))


def _without(state: Clocks, name: str, mark: int, label: str | None) -> list[Alarm]:
    return [
        alarm for alarm in state.clocks[name].alarms if (alarm.mark, alarm.label) != (mark, label)
    ]


@CLOCKS.on(SlaTimerSet)
def _timer_set(state: Clocks, event: SlaTimerSet, _at: datetime) -> Clocks:
    return replace(state, timers=(*_timers_but(state, event.timer), event))


@CLOCKS.on(SlaTimerEnded)
def _timer_ended(state: Clocks, event: SlaTimerEnded, _at: datetime) -> Clocks:
    return replace(state, timers=_timers_but(state, event.timer))


@CLOCKS.on(SlaDemanded)
def _demanded(state: Clocks, event: SlaDemanded, _at: datetime) -> Clocks:
    return replace(state, timers=_timers_but(state, event.timer)) if event.timer else state


def _timers_but(state: Clocks, timer: str) -> tuple[SlaTimerSet, ...]:
    return tuple(each for each in state.timers if each.timer != timer)


def _holds(timer: SlaTimerSet, situation: Situation) -> bool:
    """Tell whether a timer is still waited for where the ticket stands now."""
    return not situation.ended and timer.step in (None, situation.step)

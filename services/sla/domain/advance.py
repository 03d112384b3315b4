"""From an observation to what follows for a ticket's clocks: the one decision there is.

Live events, replays of a course and explanations of it all come through here. Nothing is looked at
but the arguments. Time is judged by when things happened, not by when they became known: a mark
that lies before an observation comes first, and what stopped a clock in time wins over a breach
that was told before it was known.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from msgspec.structs import replace

from contracts import Event
from contracts.sla import TicketFacts
from services.sla.domain import marks, replanning, ticking
from services.sla.domain.book import Book, Edition, Promise, Promises
from services.sla.domain.clocks import CLOCKS, Clock, Clocks, observed
from services.sla.domain.course import Observation, Situation, as_event, compact, is_news
from services.sla.domain.target import NOBODY, Signal

NO_SIGNAL: frozenset[Signal] = frozenset()
_ASKING: frozenset[Signal] = frozenset({"asking"})
_LEFT: frozenset[Signal] = frozenset({"left"})
_ENTERED: frozenset[Signal] = frozenset({"entered"})
_BY_THEMSELVES: tuple[Signal, ...] = (
    "registered",
    "asked",
    "answered",
    "held",
    "prioritised",
    "done",
    "finished",
    "sent_back",
    "reopened",
)
#: Observations that are signals by themselves.
_SAID: dict[str, frozenset[Signal]] = {name: frozenset({name}) for name in _BY_THEMSELVES}


def advance(state: Clocks, seen: Observation, book: Book) -> list[Event]:
    """Give what follows from an observation: itself, if it is news, and what clocks make of it."""
    decision = decide(state, seen, book)
    return [event for _, event in decision.steps] if decision else []


def decide(state: Clocks, seen: Observation, book: Book) -> Decision | None:
    """Give what follows with the state that it leads to; None where nothing does."""
    before = stand(state)
    after = before.after(seen)
    if seen.what == "registered":
        if state.course or state.clocks:
            return None
    elif not (state.course or state.clocks) or not is_news(before, seen, after):
        return None
    decision = Decision(state, seen, before, after, book)
    decision.observe()
    if seen.what == "finished":
        decision.stop_all()
    elif seen.what == "ended":
        decision.cancel_all()
    else:
        decision.step_all()
    return decision


def ring(state: Clocks, now: datetime, book: Book, *, confirmed: bool = True) -> list[Event]:
    """Give the marks that have come by now; clocks go by the newest calendars first."""
    replanned = replanning.to_newest_calendars(state, book)
    for event in replanned:
        state = CLOCKS.apply(state, event, now)
    return [*replanned, *marks.ring(state, now, book, confirmed=confirmed)]


def stand(state: Clocks) -> Situation:
    """Give where the ticket stands; without a course, as far as its clocks show."""
    if state.course or not state.clocks:
        return state.situation
    clocks = state.clocks.values()
    held_by = next((clock.held_by for clock in clocks if clock.state == "paused"), None)
    return Situation(
        waiting_for=held_by if held_by != NOBODY else None,
        done=held_by == NOBODY,
        ended=not any(clock.open for clock in clocks),
    )


def _under(course: Iterable[Observation], book: Book, edition: Edition) -> Clocks:
    """Give the clocks as a course would have led to them had an agreement held all the time."""
    state, book = CLOCKS.initial(), book.with_only(edition)
    for seen in course:
        for event in advance(state, seen, book):
            state = CLOCKS.apply(state, event, seen.at)
    return state


def _asks(seen: Observation) -> bool:
    return seen.what == "waiting" and seen.held_by == "requester"


#: A fact, and the state before it.
Step = tuple[Clocks, Event]


class Decision:
    """One observation's consequences, gathered while the state moves on with them."""

    def __init__(
        self, state: Clocks, seen: Observation, before: Situation, after: Situation, book: Book
    ) -> None:
        self.state = state
        self.seen = seen
        self.at = seen.at
        self.before = before
        #: The agreement that held until now.
        self.agreement = state.agreement
        self.after = after
        said = _SAID.get(seen.what, NO_SIGNAL)
        self._said = said | _ASKING if _asks(seen) else said
        self.book = book
        self.steps: list[Step] = []

    def record(self, *events: Event) -> None:
        """Add facts, and let the state follow."""
        for event in events:
            self.steps.append((self.state, event))
            self.state = CLOCKS.apply(self.state, event, self.at)

    def observe(self) -> None:
        """Record the observation with the agreement that holds from then on, and re-plan for it."""
        if not self.state.course and self.seen.what != "registered":
            return
        if self.state.course:
            self.record(*replanning.to_newest_calendars(self.state, self.book))
        seen = compact(self.before, self.seen)
        event = as_event(seen)
        facts, was = self._facts(), self.state.agreement
        holds = was if facts is None else self._agreement_for(facts)
        if holds != was:
            event = replace(
                event,
                agreement=holds[0] if holds else None,
                agreement_version=holds[1] if holds else 0,
            )
        known = self.state
        self.steps.append((known, event))
        self.state = observed(known, event, seen, self.after)
        if facts is not None and known.course:
            under = partial(_under, known.course, self.book)
            self.record(*replanning.to_facts(known, self.state, facts, self.at, self.book, under))

    def _facts(self) -> TicketFacts | None:
        """Give what agreements are chosen by, where that is other than before."""
        if self.seen.what == "registered":
            return self.seen.facts
        unit, priority = self.after.unit, self.after.priority
        if (unit, priority) == (self.before.unit, self.before.priority):
            return None
        return self._known_facts()

    def _known_facts(self) -> TicketFacts | None:
        facts = self.state.facts
        if facts is None:
            return None
        return replace(facts, unit=self.after.unit, priority=self.after.priority)

    def _agreement_for(self, facts: TicketFacts) -> Edition | None:
        registered = self.seen.what == "registered"
        number = self.seen.published if registered else self.state.published
        at = self.seen.at if registered else self.state.registered_at
        found = self.book.matching(facts, number, at)
        return (found.id, found.version) if found else None

    # -- what every clock does -------------------------------------------------------------------

    def stop_all(self) -> None:
        """Reach every target that is still open: the work is finished."""
        for clock in self.state.open():
            self._stop(clock)

    def cancel_all(self) -> None:
        """End the clocks without a verdict: nothing is owed any more, or not by us."""
        for clock in self.state.open():
            self.record(*marks.come_to(clock, self.at, self.state, self.book))
            calendar = self.book.calendar_of(clock)
            reason = self.seen.reason or "ended"
            self.record(ticking.cancel(self.state.clocks[clock.name], calendar, self.at, reason))

    def step_all(self) -> None:
        """Let each clock do what its target says of this observation."""
        if self.after.ended:
            return
        promises = self.book.promises_to(self.state)
        if not self.state.course:
            promises = Promises(
                {
                    clock.name: self.book.promise_of(clock, self.state)
                    for clock in self.state.clocks.values()
                }
            )
        elif self._leaves_alone(promises):
            return
        for promise in promises.values():
            self._step(promise, self._signals(promise))

    def _leaves_alone(self, promises: Promises) -> bool:
        """Tell whether no clock can go by this observation, whatever its target says."""
        before, after = self.before, self.after
        return (
            not promises.is_local
            and self.agreement == self.state.agreement
            and (before.waiting_for, before.done) == (after.waiting_for, after.done)
            and before.ended == after.ended
            and self._said.isdisjoint(promises.signals)
        )

    def _signals(self, promise: Promise) -> frozenset[Signal]:
        found = self._said
        if self.seen.what == "asked" and promise.rule.after_answer and not self.before.answered:
            found = NO_SIGNAL
        if promise.is_local:
            was = self.seen.what != "registered" and promise.target.covers(self.before)
            if promise.target.covers(self.after) != was:
                found |= _LEFT if was else _ENTERED
        return found

    def _step(self, promise: Promise, signals: frozenset[Signal]) -> None:
        clock, rule = self.state.clocks.get(promise.clock), promise.rule
        if clock is not None and clock.open:
            restarts = not signals.isdisjoint(rule.restarts)
            if restarts or not signals.isdisjoint(rule.stops):
                self._stop(clock)
                if restarts:
                    self._start(promise)
        elif signals and (not promise.is_local or promise.target.covers(self.after)):
            revived = clock is not None and clock.state == "cancelled" and "reopened" in signals
            if clock is not None and (revived or signals & rule.resumes):
                self._resume(clock)
            elif signals & (rule.starts | rule.restarts):
                self._start(promise)
        self._hold(promise)

    def _hold(self, promise: Promise) -> None:
        """Let a clock stand still or run, as the ticket stands now."""
        clock = self.state.clocks.get(promise.clock)
        if clock is None or not clock.open:
            return
        holder = promise.rule.holder(self.after)
        if holder is None:
            if not clock.running:
                self._resume(clock)
        elif clock.held_by != holder:
            self.record(*marks.come_to(clock, self.at, self.state, self.book))
            clock = self.state.clocks[clock.name]
            self.record(ticking.pause(clock, self.book.calendar_of(clock), self.at, holder))

    # -- what one clock does ---------------------------------------------------------------------

    def _start(self, promise: Promise) -> None:
        facts, edition = self._known_facts(), self.state.agreement
        # Without a course no clock begins: that was before there were such targets.
        if facts is not None and edition is not None:
            dated, imported = self.book.calendar_for(promise.target, facts), self.state.imported
            self.record(ticking.start(promise, edition, dated, self.at, imported=imported))

    def _resume(self, clock: Clock) -> None:
        promise, calendar = (
            self.book.promise_of(clock, self.state),
            self.book.calendar_of(clock),
        )
        self.record(ticking.resume(clock, promise, calendar, self.at))
        facts = self._known_facts()
        self.record(*replanning.to_newest_calendars(self.state, self.book))
        self.record(*replanning.to_agreement(clock.name, self.state, facts, self.at, self.book))

    def _stop(self, clock: Clock) -> None:
        self.record(*marks.come_to(clock, self.at, self.state, self.book))
        clock = self.state.clocks[clock.name]
        calendar = self.book.calendar_of(clock)
        self.record(ticking.stop(clock, calendar, clock.done_at or self.at))

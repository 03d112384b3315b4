"""What follows from entering and leaving steps: tasks and approvals opened, cancelled, settled.

A step with tasks or approvals is left by itself once they are settled. Work that comes to a unit
so waits in its queue for the next hand-out, as no place was reserved for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar

from chassis.decisions import Context
from contracts.envelope import ContentRef, Event
from contracts.routing import (
    TicketApprovalAsked,
    TicketApprovalGiven,
    TicketMigrated,
    TicketOpened,
    TicketTaskCancelled,
    TicketTaskDone,
    TicketTaskOpened,
    TicketTimerEnded,
)
from services.routing.domain.facts import facts_of
from services.routing.domain.life import TICKETS
from services.routing.domain.parts import Consent, settled
from services.routing.domain.ticket import Ticket
from services.routing.domain.workflow import (
    FAILED,
    PASSED,
    Step,
    Transition,
    Workflow,
    seats_needed,
)
from services.routing.handlers.case import ITSELF, Grounds, stand_at
from services.routing.handlers.effects import effects_of, timer_set
from services.routing.handlers.giving import queued
from services.routing.handlers.steps import place_of, walked

M = TypeVar("M")
Decide = Callable[[Ticket, M, Context, Grounds], list[Event]]


def with_what_follows(decide: Decide[M]) -> Decide[M]:
    """Have a decision followed by what its steps bring with them."""

    @wraps(decide)
    def decided(state: Ticket, message: M, context: Context, grounds: Grounds) -> list[Event]:
        events = decide(state, message, context, grounds)
        if not events or context.imported:
            return events
        workflow = _workflow(state, events[0], grounds)
        if workflow.is_plain and not state.pending.timers:
            return events
        return [*events, *_Course(state, events, workflow, context, grounds).follow()]

    return decided


def _workflow(state: Ticket, first: Event, grounds: Grounds) -> Workflow:
    if isinstance(first, TicketOpened | TicketMigrated):
        return grounds.workflows[first.workflow, first.workflow_version]
    return grounds.workflow_of(state)


class _Course:
    """A ticket on its way through one decision."""

    def __init__(
        self,
        before: Ticket,
        events: Sequence[Event],
        workflow: Workflow,
        context: Context,
        grounds: Grounds,
    ) -> None:
        self._before, self._workflow, self._context = before, workflow, context
        self._organisation, self._grounds = grounds.organisation, grounds
        self._state = before
        self._said = events
        self._more: list[Event] = []
        for event in events:
            self._state = TICKETS.apply(self._state, event, context.at)

    def follow(self) -> list[Event]:
        if self._state.imported:
            return []
        is_new = isinstance(self._said[0], TicketOpened | TicketMigrated)
        if is_new or self._state.step != self._before.step:
            self._enter(self._before, _doer(self._said))
        while (way := self._way_on()) is not None:
            before, done = self._state, len(self._more)
            by, reason = ITSELF.subject, _reason(self._said)
            self._add(*walked(before, self._workflow, way, self._context, by=by, comment=reason))
            self._place(before)
            self._add(*effects_of(way, before, self._more[done:], self._context, self._grounds))
            self._enter(before, before.assignee or before.last_assignee)
        return self._more

    @property
    def _step(self) -> Step:
        return self._workflow.steps[self._state.step]

    def _add(self, *events: Event) -> None:
        for event in events:
            self._state = TICKETS.apply(self._state, event, self._context.at)
        self._more += events

    def _enter(self, left: Ticket, doer: str | None) -> None:
        """Cancel what the step left had open, and open what the new one has."""
        waiting = (task for task in left.tasks if task.is_open)
        self._add(*(TicketTaskCancelled(task=t.id, assignee=t.assignee) for t in waiting))
        self._add(*self._tasks(), *self._consent(doer), *self._timers(left))

    def _timers(self, left: Ticket) -> Iterator[Event]:
        """Give the step's timers; who is migrated has waited already."""
        since: dict[str, datetime] = {}
        if isinstance(self._said[0], TicketMigrated):
            for timer in left.pending.timers:
                if timer.step is not None:
                    since[timer.action] = timer.since
                    yield TicketTimerEnded(timer=timer.id, why="migrated")
        for number, later in enumerate(self._step.timers):
            yield timer_set(
                later,
                self._workflow,
                self._context.new_id(f"timer:{self._state.step}:{len(self._more)}:{number}"),
                since.get(later.action, self._context.at),
                step=self._state.step,
            )

    def _tasks(self) -> Iterator[Event]:
        for name, task in self._step.tasks.items():
            yield TicketTaskOpened(
                task=name,
                step=self._state.step,
                unit=task.unit,
                tier=task.tier or self._organisation.lowest_tier(task.unit),
                title=task.title,
                skill=task.skill,
            )

    def _consent(self, doer: str | None) -> Iterator[Event]:
        approvals = self._step.approvals
        if approvals is None:
            return
        consent = Consent(
            seats=tuple(self._anchored(who) for who in approvals.by),
            needs=seats_needed(approvals.needs, len(approvals.by)),
            in_order=approvals.in_order,
            doer=doer,
        )
        yield TicketApprovalAsked(
            step=self._state.step,
            seats=list(consent.seats),
            needs=consent.needs,
            in_order=consent.in_order,
            doer=doer,
            told=consent.told(self._state.unit, self._organisation),
        )

    def _anchored(self, who: str) -> str:
        """Give a seat's name such that it says who is asked, without the ticket."""
        if who == "supervisor":
            return f"supervisor@{self._state.unit}"
        return f"person:{self._state.owner}" if who == "owner" else who

    def _way_on(self) -> Transition | None:
        """Give the way that the ticket goes by itself now."""
        verdict = self._verdict()
        if verdict is None:
            return None
        ways = self._workflow.leaving(self._state.step, PASSED if verdict else FAILED)
        facts = facts_of(self._state)
        return next((way for way in ways if not way.condition or way.condition.holds(facts)), None)

    def _verdict(self) -> bool | None:
        step, state = self._step, self._state
        if state.consent is not None:
            return state.consent.is_settled
        if not state.tasks:
            return None
        good = sum(task.outcome == "done" for task in state.tasks)
        still_open = sum(task.is_open for task in state.tasks)
        return settled(good, still_open, seats_needed(step.needs, len(state.tasks)))

    def _place(self, before: Ticket) -> None:
        """Bring the work to the unit that the step belongs to, or back to who had it."""
        wish = place_of(self._step, before, self._organisation)
        if wish is not None:
            self._add(
                queued(
                    stand_at(self._workflow, self._state.step),
                    wish,
                    segment=self._state.segment,
                    organisation=self._organisation,
                    from_assignee=self._state.assignee,
                )
            )


def _doer(events: Sequence[Event]) -> str | None:
    """Give whose deed the events are."""
    names: list[Any] = [getattr(event, "by", None) for event in events]
    return next((name for name in names if name is not None), None)


def _reason(events: Sequence[Event]) -> ContentRef | None:
    """Give what was said by who settled it."""
    for event in reversed(events):
        if isinstance(event, TicketApprovalGiven):
            return event.reason
        if isinstance(event, TicketTaskDone):
            return event.comment
    return None

"""What a transition does beside leading on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from chassis.decisions import Context
from chassis.errors import Conflict, DomainError
from chassis.logic import Logic, LogicFailed
from contracts.envelope import Answered, Event
from contracts.routing import (
    TicketEffectRefused,
    TicketNoticeAsked,
    TicketPrioritised,
    TicketStartAsked,
    TicketTagged,
    TicketTimerSet,
)
from services.routing.domain.facts import facts_of
from services.routing.domain.life import TICKETS
from services.routing.domain.pending import MOST_GENERATIONS
from services.routing.domain.ticket import Ticket
from services.routing.domain.workflow import Effects, Later, StartAsked, Transition, Workflow
from services.routing.handlers.case import Grounds
from services.routing.handlers.handing import handed_over

#: A loop of a workflow must not fill a ticket with what is to come.
MOST_TIMERS = 20
#: Nor tickets start one another for ever.
MOST_STARTS = 20


def effects_of(
    transition: Transition,
    ticket: Ticket,
    done: Sequence[Event],
    context: Context,
    grounds: Grounds,
) -> list[Event]:
    """Give what a transition does beside leading on, which is `done`.

    `ticket` is as before, but for what was answered on the way.
    """
    effects = transition.effects
    if effects is None:
        return []
    events: list[Event] = []
    workflow = grounds.workflow_of(ticket)
    if effects.priority is not None and effects.priority != ticket.priority:
        events.append(TicketPrioritised(priority=effects.priority))
    if added := [tag for tag in effects.tags if tag not in ticket.tags]:
        events.append(TicketTagged(added=added))
    events += (TicketNoticeAsked(role=n.role, text=n.text) for n in effects.notify)
    events += _scheduled(effects, transition, workflow, ticket, context)
    events += (
        _start(asked, f"start:{ticket.step}:{transition.action}:{number}", ticket, context)
        for number, asked in enumerate(effects.start)
    )
    if effects.hand_off is not None and not context.imported:
        for event in (*done, *events):
            ticket = TICKETS.apply(ticket, event, context.at)
        events += handed_over(effects.hand_off, ticket, context, grounds)
    return events


def _start(asked: StartAsked, purpose: str, ticket: Ticket, context: Context) -> Event:
    """Ask for another ticket, unless that would go on for ever."""
    generation = ticket.pending.generation + 1
    try:
        if generation > MOST_GENERATIONS or len(ticket.pending.starts) >= MOST_STARTS:
            raise Conflict("too_many_starts")
        return TicketStartAsked(
            start=context.new_id(purpose),
            subject=asked.subject,
            title=asked.title,
            description=asked.description or asked.title,
            workflow=asked.workflow,
            answers=_answers(asked, ticket),
            generation=generation,
        )
    except DomainError as error:
        return TicketEffectRefused(effect="start", name=asked.subject, reason=error.code)


def _answers(asked: StartAsked, ticket: Ticket) -> dict[str, Answered]:
    """Work the answers out; those to which nothing is known are left out."""
    facts = facts_of(ticket) if asked.answers else {}
    try:
        found = {field: Logic(rule).value(facts) for field, rule in asked.answers.items()}
        return msgspec.convert(
            {field: value for field, value in found.items() if value is not None},
            dict[str, Answered],
        )
    except (LogicFailed, msgspec.ValidationError) as error:
        raise Conflict("answers_not_computable") from error


def _scheduled(
    effects: Effects, transition: Transition, workflow: Workflow, ticket: Ticket, context: Context
) -> list[Event]:
    events: list[Event] = []
    for number, later in enumerate(effects.schedule):
        if len(ticket.pending.timers) + number >= MOST_TIMERS:
            refused = TicketEffectRefused(
                effect="timer", name=later.action, reason="too_many_timers"
            )
            events.append(refused)
        else:
            purpose = f"timer:{ticket.step}:{transition.action}:{number}"
            events.append(timer_set(later, workflow, context.new_id(purpose), context.at))
    return events


def timer_set(
    later: Later, workflow: Workflow, name: str, since: datetime, step: str | None = None
) -> TicketTimerSet:
    """Have an action done by itself after a time; sla knows when that is."""
    return TicketTimerSet(
        timer=name,
        action=later.action,
        title=workflow.actions[later.action].title,
        seconds=later.after.total_seconds(),
        since=since,
        step=step,
    )

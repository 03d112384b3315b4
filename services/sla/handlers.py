"""From what intake, routing and administrators say to what is recorded: pure decisions.

Events become observations, which `domain/advance.py` decides on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chassis.decisions import Context, Due
from contracts import Event
from contracts.calls.base import Nothing
from contracts.intake import TicketMessageReceived, TicketRegistered
from contracts.routing import (
    StateEvent,
    TicketAnswered,
    TicketAssigned,
    TicketDeclined,
    TicketHandedOff,
    TicketMerged,
    TicketPrioritised,
    TicketQueued,
    TicketTimerEnded,
    TicketTimerSet,
    TicketUnitAsked,
    TicketUnitReplied,
    TicketWaiting,
    TicketWithdrawn,
)
from contracts.sla import Observed, TicketFacts
from services.sla.domain import expectation, timers
from services.sla.domain.advance import decide, ring
from services.sla.domain.book import Book
from services.sla.domain.clocks import CLOCKS, Clocks
from services.sla.domain.course import Observation
from services.sla.domain.replanning import to_newest_calendars

Decide = Callable[[Clocks, Any, Context, Book], list[Event]]


def see_registered(
    state: Clocks, event: TicketRegistered, context: Context, book: Book
) -> list[Event]:
    """Begin the course; clocks start that the matching agreement asks for."""
    facts = TicketFacts(
        subject=event.subject, kind=event.kind, channel=event.channel, segment=event.segment
    )
    seen = Observation(
        what="registered",
        at=context.at,
        facts=facts,
        published=book.number,
        imported=event.imported or context.imported,
    )
    return _see(state, seen, context, book)


def see_message(
    state: Clocks, _event: TicketMessageReceived, context: Context, book: Book
) -> list[Event]:
    """The requester wrote: he is owed an answer."""
    return _see(state, Observation(what="asked", at=context.at), context, book)


def see_answer(state: Clocks, _event: TicketAnswered, context: Context, book: Book) -> list[Event]:
    """The requester was written to."""
    return _see(state, Observation(what="answered", at=context.at), context, book)


def see_priority(
    state: Clocks, event: TicketPrioritised, context: Context, book: Book
) -> list[Event]:
    """Another agreement may hold for the new priority."""
    seen = Observation(what="prioritised", at=context.at, priority=event.priority)
    return _see(state, seen, context, book)


def see_holder(
    state: Clocks, event: TicketAssigned | TicketQueued, context: Context, book: Book
) -> list[Event]:
    """The work came to a unit and tier, whoever there has it."""
    seen = Observation(
        what="held",
        at=context.at,
        unit=event.unit,
        tier=event.tier,
        state=event.state,
        step=event.step,
    )
    return _see(state, seen, context, book)


def see_waiting(state: Clocks, event: TicketWaiting, context: Context, book: Book) -> list[Event]:
    """Somebody else is waited for."""
    seen = Observation(
        what="waiting",
        at=context.at,
        held_by=event.waiting_for,
        state=event.state,
        step=event.step,
    )
    return _see(state, seen, context, book)


def see_question(
    state: Clocks, event: TicketUnitAsked, context: Context, book: Book
) -> list[Event]:
    """A colleague asked another unit."""
    seen = Observation(what="questioned", at=context.at, held_by=event.unit)
    return _see(state, seen, context, book)


def see_reply(state: Clocks, event: TicketUnitReplied, context: Context, book: Book) -> list[Event]:
    """The unit has answered, or need not any more."""
    seen = Observation(what="replied", at=context.at, held_by=event.unit)
    return _see(state, seen, context, book)


def see_end(
    state: Clocks,
    event: TicketWithdrawn | TicketDeclined | TicketMerged | TicketHandedOff,
    context: Context,
    book: Book,
) -> list[Event]:
    """Nothing is owed any more, or not by us."""
    seen = Observation(
        what="ended",
        at=context.at,
        reason=event.type.removeprefix("ticket."),
        state=event.state,
        step=event.step,
    )
    return _see(state, seen, context, book)


def seeing(what: Observed) -> Decide:
    """Give the decision on an event of which clocks need to know no more than the new state."""

    def see(state: Clocks, event: StateEvent, context: Context, book: Book) -> list[Event]:
        seen = Observation(what=what, at=context.at, state=event.state, step=event.step)
        return _see(state, seen, context, book)

    return see


#: The ticket is at another step, with nothing else.
see_step = seeing("moved")
#: What was waited for has come.
see_resumption = seeing("resumed")
#: The work is done, as who did it sees it.
see_done = seeing("done")
#: The approver was not content.
see_sent_back = seeing("sent_back")
#: Approved or closed.
see_finished = seeing("finished")
#: An ended ticket came back to life.
see_reopened = seeing("reopened")


def set_timer(state: Clocks, event: TicketTimerSet, _context: Context, book: Book) -> list[Event]:
    """The ticket's workflow wants something done later."""
    return timers.plan(state, event, book)


def end_timer(
    state: Clocks, event: TicketTimerEnded, _context: Context, _book: Book
) -> list[Event]:
    """It does not want it any more."""
    return timers.end(state, event)


def fire(state: Clocks, _due: Due, context: Context, book: Book) -> list[Event]:
    """Let come every mark and every timer whose instant has passed."""
    if state.imported:
        return []
    confirmed = context.stream not in book.unconfirmed
    events = [
        *ring(state, context.now, book, confirmed=confirmed),
        *timers.ring(state, context.now, book),
    ]
    if state.expected is None or state.expected.look_at > context.now:
        return events
    for event in events:
        state = CLOCKS.apply(state, event, context.at)
    later = expectation.look_again(state, context.now, book, confirmed=confirmed)
    return [*events, *later]


def follow_calendars(
    state: Clocks, _request: Nothing, _context: Context, book: Book
) -> list[Event]:
    """Let open clocks go by the newest calendars; nothing where they do."""
    return [*to_newest_calendars(state, book), *timers.to_newest_calendars(state, book)]


def _see(state: Clocks, seen: Observation, context: Context, book: Book) -> list[Event]:
    """Give what follows from an observation, and when the ticket is expected to end after it."""
    decision = decide(state, seen, book)
    if decision is None:
        return []
    now = max(seen.at, context.now)
    later = expectation.follow(decision.state, seen.what, now, book)
    return [*(event for _, event in decision.steps), *later]

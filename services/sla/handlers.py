"""What follows for a ticket's clocks from what happened to it: pure decisions.

Time is judged by when things happened, not by when they became known. A mark that lies before an
event comes first, in the same commit; what stopped a clock in time wins over a breach that was told
before it was known.
"""

from __future__ import annotations

from operator import attrgetter

from chassis.decisions import Context, Due
from contracts import Event
from contracts.intake import TicketRegistered
from contracts.routing import (
    TicketAnswered,
    TicketDeclined,
    TicketDone,
    TicketFinished,
    TicketHandedOff,
    TicketMerged,
    TicketReopened,
    TicketResumed,
    TicketSentBack,
    TicketWaiting,
    TicketWithdrawn,
)
from contracts.sla import TicketFacts
from services.sla.domain import marks, ticking
from services.sla.domain.agreement import Stop
from services.sla.domain.book import Book
from services.sla.domain.clocks import NOBODY, Clock, Clocks


def start_clocks(
    state: Clocks, event: TicketRegistered, context: Context, book: Book
) -> list[Event]:
    """Start the clocks that the matching agreement asks for; an unmatched ticket gets none."""
    facts = TicketFacts(
        subject=event.subject, kind=event.kind, channel=event.channel, segment=event.segment
    )
    agreement = book.matching(facts)
    if state.clocks or agreement is None:
        return []
    return [
        ticking.start(
            target,
            agreement,
            book.newest_calendar(target.calendar),
            facts,
            at=context.at,
            imported=event.imported or context.imported,
        )
        for target in agreement.terms.targets
    ]


def pause_clocks(state: Clocks, event: TicketWaiting, context: Context, book: Book) -> list[Event]:
    """Stop time while somebody else is waited for."""
    return _pause(state, state.open(), event.waiting_for, context, book)


def resume_clocks(
    state: Clocks, _event: TicketResumed, context: Context, book: Book
) -> list[Event]:
    """Let time pass again, now that what was waited for has come."""
    return _resume([clock for clock in state.open() if not clock.running], context, book)


def reopen_clocks(
    state: Clocks,
    _event: TicketSentBack | TicketReopened,
    context: Context,
    book: Book,
) -> list[Event]:
    """Let time pass again on work that was done or ended; a response that was given stays given."""
    ended = [
        clock
        for clock in state.clocks.values()
        if not clock.running and not (clock.state == "met" and clock.name == "first_response")
    ]
    return _resume(ended, context, book)


def answer(state: Clocks, _event: TicketAnswered, context: Context, book: Book) -> list[Event]:
    """Stop the clocks that an answer to the requester stops."""
    return _stop(state, _stopped_by(state, "answered", book), context, book)


def finish_work(state: Clocks, _event: TicketDone, context: Context, book: Book) -> list[Event]:
    """Stop the clocks that done work stops; the others stand still until it is approved."""
    stopping = _stopped_by(state, "done", book)
    standing = [clock for clock in state.open() if clock not in stopping]
    return [
        *_stop(state, stopping, context, book),
        *_pause(state, standing, NOBODY, context, book),
    ]


def finish(state: Clocks, _event: TicketFinished, context: Context, book: Book) -> list[Event]:
    """Stop every clock, with the instant at which the work was done where that was known."""
    return _stop(state, state.open(), context, book)


def cancel_clocks(
    state: Clocks,
    event: TicketWithdrawn | TicketDeclined | TicketMerged | TicketHandedOff,
    context: Context,
    book: Book,
) -> list[Event]:
    """End the clocks without a verdict: nothing is owed any more, or not by us."""
    reason = event.type.removeprefix("ticket.")
    events: list[Event] = []
    for clock in state.open():
        events += marks.come_to(clock, context, state, book)
        events.append(ticking.cancel(clock, book.calendar_of(clock), context.at, reason))
    return events


def fire(state: Clocks, _due: Due, context: Context, book: Book) -> list[Event]:
    """Let come every mark whose instant has passed; each comes once.

    A warning whose target has meanwhile been missed as well tells nobody: the breach does.
    """
    if state.imported:
        return []
    confirmed = context.stream not in book.unconfirmed
    return [
        marks.mark(clock, alarm, context.now, state, book, confirmed=confirmed)
        for clock in state.running()
        for alarm in sorted(clock.alarms, key=attrgetter("at"))
        if alarm.at <= context.now
    ]


def _pause(
    state: Clocks, clocks: list[Clock], held_by: str, context: Context, book: Book
) -> list[Event]:
    events: list[Event] = []
    for clock in clocks:
        if clock.held_by != held_by:
            events += marks.come_to(clock, context, state, book)
            events.append(ticking.pause(clock, book.calendar_of(clock), context.at, held_by))
    return events


def _resume(clocks: list[Clock], context: Context, book: Book) -> list[Event]:
    return [ticking.resume(clock, book.calendar_of(clock), context.at) for clock in clocks]


def _stop(state: Clocks, clocks: list[Clock], context: Context, book: Book) -> list[Event]:
    events: list[Event] = []
    for clock in clocks:
        events += marks.come_to(clock, context, state, book)
        events.append(ticking.stop(clock, book.calendar_of(clock), clock.done_at or context.at))
    return events


def _stopped_by(state: Clocks, stop: Stop, book: Book) -> list[Clock]:
    return [clock for clock in state.open() if book.target_of(clock).stopped_by(stop)]

"""Clocks that go by other terms from now on: another agreement, or a new version of a calendar.

Time used until then stays used, as the terms before counted it. A mark that has come does not come
again, unless the new terms put it ahead.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Literal, NamedTuple

from contracts import Event
from contracts.sla import SlaReplanned, SlaStarted, Terms, TicketFacts
from services.sla.domain import marks, ticking
from services.sla.domain.book import Book, DatedCalendar, Edition, Promise
from services.sla.domain.clocks import CLOCKS, Clock, Clocks
from services.sla.domain.target import TARGET, Point

#: Seconds within which a mark and the time used count as the same.
_SAME = 0.001
#: Gives the clocks as they would stand had an agreement held from the beginning.
Under = Callable[[Edition], Clocks]


class Plan(NamedTuple):
    """What a clock is to go by from an instant on."""

    promise: Promise
    edition: Edition
    dated: DatedCalendar
    at: datetime
    reason: Literal["calendar", "agreement"] = "agreement"


def to_newest_calendars(state: Clocks, book: Book) -> list[Event]:
    """Re-plan the open clocks that go by an older version of their calendar.

    Until the instant of each publication the version before counts. Imported tickets are judged by
    what held when they were read.
    """
    events: list[Event] = []
    if state.imported or not book.has_superseded:
        return events
    for name in [clock.name for clock in state.open()]:
        clock = state.clocks[name]
        for version in book.later_versions(clock.calendar, clock.calendar_version):
            clock = state.clocks[name]
            at = max(book.published_at.get(version, clock.since), clock.since)
            promise = book.promise_of(clock, state)
            plan = Plan(promise, edition_of(clock), book.dated(version), at, "calendar")
            for event in _replanned(clock, plan, state, book):
                state = CLOCKS.apply(state, event, at)
                events.append(event)
    return events


def to_facts(
    before: Clocks, state: Clocks, facts: TicketFacts, at: datetime, book: Book, under: Under
) -> list[Event]:
    """Re-plan for a unit or priority that is other than before: agreement, calendars or neither."""
    if state.agreement != before.agreement:
        return _to_agreement_of_ticket(state, facts, at, book, under)
    events: list[Event] = []
    for clock in state.open():
        promise = book.promise_of(clock, state)
        dated = book.calendar_for(promise.target, facts)
        if dated.id != clock.calendar:
            plan = Plan(promise, edition_of(clock), dated, at, "calendar")
            events += _replanned(clock, plan, state, book)
    return events


def to_agreement(
    name: str, state: Clocks, facts: TicketFacts | None, at: datetime, book: Book
) -> list[Event]:
    """Re-plan one clock for the agreement that holds for its ticket, where it is another."""
    clock, edition = state.clocks[name], state.agreement
    promise = book.promises_to(state).get(name)
    if edition is None or edition == edition_of(clock) or promise is None or facts is None:
        return []
    plan = Plan(promise, edition, book.calendar_for(promise.target, facts), at)
    return _replanned(clock, plan, state, book)


def edition_of(clock: Clock) -> Edition:
    """Give the agreement and version that a clock goes by."""
    return clock.agreement, clock.agreement_version


def _to_agreement_of_ticket(
    state: Clocks, facts: TicketFacts, at: datetime, book: Book, under: Under
) -> list[Event]:
    events: list[Event] = []
    promises = book.promises_to(state)
    for clock in state.open():
        if clock.name in promises:
            promise = promises[clock.name]
            dated = book.calendar_for(promise.target, facts)
            plan = Plan(promise, state.agreement or edition_of(clock), dated, at)
            events += _replanned(clock, plan, state, book)
        else:
            events += marks.come_to(clock, at, state, book)
            events.append(ticking.cancel(clock, book.calendar_of(clock), at, "agreement"))
    new = [name for name in promises if name not in state.clocks]
    if new and state.agreement is not None:
        would_be = under(state.agreement)
        for name in new:
            found = would_be.clocks.get(name)
            if found is not None and found.open:
                events += _taken_up(found, promises[name], at, book, imported=state.imported)
    return events


def _replanned(clock: Clock, plan: Plan, state: Clocks, book: Book) -> list[Event]:
    """Give the re-planning of one clock, after the marks that lie before it."""
    events = marks.come_to(clock, plan.at, state, book)
    for event in events:
        state = CLOCKS.apply(state, event, plan.at)
    clock = state.clocks[clock.name]
    at = max(plan.at, clock.since)
    left = ticking.left_seconds(clock, book.calendar_of(clock), at)
    used = round(clock.target_seconds - left, 6)
    target, calendar = plan.promise.target.seconds, plan.dated.calendar
    left = round(target - used, 6)
    coming = _ahead(clock, book.promise_of(clock, state), plan.promise, used)
    replanned = SlaReplanned(
        clock=clock.name,
        reason=plan.reason,
        replanned_at=at,
        before=Terms(
            agreement=clock.agreement,
            agreement_version=clock.agreement_version,
            calendar=clock.calendar,
            calendar_version=clock.calendar_version,
            target_seconds=clock.target_seconds,
        ),
        after=Terms(
            agreement=plan.edition[0],
            agreement_version=plan.edition[1],
            calendar=plan.dated.id,
            calendar_version=plan.dated.version,
            target_seconds=target,
        ),
        used_seconds=used,
        due_at=clock.due_at if clock.breached_at else calendar.add(at, max(0.0, left)),
        due_before=clock.due_at,
        alarms=ticking.planned(coming, target, left, calendar, at),
    )
    return [*events, replanned]


def _ahead(clock: Clock, before: Promise, after: Promise, used: float) -> list[Point]:
    """Give the marks that are still to come: those that never did, and those now ahead again."""
    waiting = {(alarm.mark, alarm.label) for alarm in clock.alarms}
    come = {(point.mark, point.label) for point in before.points} - waiting
    return [
        point
        for point in after.points
        if (point.mark, point.label) not in come
        or (point.offset > used + _SAME and not _is_target(point))
    ]


def _taken_up(
    clock: Clock, promise: Promise, at: datetime, book: Book, *, imported: bool
) -> list[Event]:
    """Start a clock that the agreement before did not have, with the time that had been used."""
    calendar = book.calendar_of(clock)
    left, target = ticking.left_seconds(clock, calendar, at), promise.target.seconds
    coming = [
        point
        for point in promise.points
        if _is_target(point) or point.offset > target - left + _SAME
    ]
    started = SlaStarted(
        clock=clock.name,
        agreement=clock.agreement,
        agreement_version=clock.agreement_version,
        calendar=clock.calendar,
        calendar_version=clock.calendar_version,
        target_seconds=target,
        started_at=clock.started_at,
        due_at=calendar.add(at, max(0.0, left)),
        alarms=ticking.planned(coming, target, left, calendar, at),
        imported=imported,
        left_seconds=left,
    )
    if clock.held_by is None:
        return [started]
    fresh = CLOCKS.apply(Clocks(), started, at).clocks[clock.name]
    return [started, ticking.pause(fresh, calendar, at, clock.held_by)]


def _is_target(point: Point) -> bool:
    return point.mark == TARGET and point.label is None

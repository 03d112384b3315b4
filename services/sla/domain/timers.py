"""Timers of a ticket's workflow: when each comes in business time, and that it has come.

A timer is no promise: it has no verdict, stands still for nobody, and ends when the ticket leaves
the step that it is bound to. Routing says what is to be done; here is only when.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace

from contracts import Event
from contracts.routing import TicketTimerEnded, TicketTimerSet
from contracts.sla import Action, SlaDemanded, SlaTimerEnded, SlaTimerSet
from services.sla.domain.book import Book, DatedCalendar, Edition
from services.sla.domain.clocks import CLOCKS, Clocks
from services.sla.domain.target import TARGET


def plan(state: Clocks, event: TicketTimerSet, book: Book) -> list[Event]:
    """Give when a timer comes, by the calendar that holds for the ticket now."""
    if state.imported or any(timer.timer == event.timer for timer in state.timers):
        return []
    facts = state.facts
    unit = state.situation.unit or (facts.unit if facts else None)
    dated = book.calendar_of_work(facts.subject if facts else None, unit)
    return [
        SlaTimerSet(
            timer=event.timer,
            action=event.action,
            title=event.title,
            step=event.step,
            at=_after(dated, event.since, event.seconds),
            target_seconds=event.seconds,
            since=event.since,
            left_seconds=event.seconds,
            calendar=dated.id if dated else None,
            calendar_version=dated.version if dated else 0,
        )
    ]


def end(state: Clocks, event: TicketTimerEnded) -> list[Event]:
    """Wait for a timer no more; nothing where that is so already."""
    known = any(timer.timer == event.timer for timer in state.timers)
    return [SlaTimerEnded(timer=event.timer)] if known else []


def ring(state: Clocks, now: datetime, book: Book) -> list[Event]:
    """Let come every timer whose instant has passed, by the newest calendars; each comes once."""
    replanned = to_newest_calendars(state, book)
    for event in replanned:
        state = CLOCKS.apply(state, event, now)
    return [*replanned, *(_demand(timer) for timer in state.timers if timer.at <= now)]


def to_newest_calendars(state: Clocks, book: Book) -> list[Event]:
    """Plan the timers anew that go by an older version of their calendar.

    Until the instant of each publication the version before counts.
    """
    if not book.has_superseded:
        return []
    events: list[Event] = []
    for timer in state.timers:
        planned = timer
        for version in book.later_versions(timer.calendar or "", timer.calendar_version):
            planned = _replanned(planned, version, book)
        if planned is not timer:
            events.append(planned)
    return events


def _replanned(timer: SlaTimerSet, version: Edition, book: Book) -> SlaTimerSet:
    at = max(book.published_at.get(version, timer.since), timer.since)
    before = book.calendars[timer.calendar or "", timer.calendar_version]
    left = round(max(0.0, timer.left_seconds - before.between(timer.since, at)), 6)
    dated = book.dated(version)
    return replace(
        timer,
        at=_after(dated, at, left),
        since=at,
        left_seconds=left,
        calendar_version=dated.version,
    )


def _after(dated: DatedCalendar | None, since: datetime, seconds: float) -> datetime:
    if dated is None:
        return since + timedelta(seconds=seconds)
    return dated.calendar.add(since, seconds)


def _demand(timer: SlaTimerSet) -> SlaDemanded:
    return SlaDemanded(
        clock="timer",
        mark=TARGET,
        alarm_at=timer.at,
        actions=[Action(do="move", action=timer.action)],
        timer=timer.timer,
    )

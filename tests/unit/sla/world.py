"""What sla's unit tests are written with: calendars, agreements, and one ticket's small world."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from chassis.decisions import Context, Due
from contracts import ContentRef, Event
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
from services.sla import handlers
from services.sla.demo import AGREEMENTS, CALENDARS, WEEKDAYS
from services.sla.domain.agreement import Agreement, AgreementTerms
from services.sla.domain.book import Book
from services.sla.domain.calendar import Calendar
from services.sla.domain.clocks import CLOCKS, Clock, Clocks, index
from services.sla.domain.hours import CalendarTerms

E = TypeVar("E", bound=Event)

CODE = "100000000004"
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TEXT = ContentRef(id="text", sha256="0" * 64)

DECISIONS: dict[type[Event], Callable[..., list[Event]]] = {
    TicketRegistered: handlers.start_clocks,
    TicketWaiting: handlers.pause_clocks,
    TicketResumed: handlers.resume_clocks,
    TicketSentBack: handlers.reopen_clocks,
    TicketReopened: handlers.reopen_clocks,
    TicketAnswered: handlers.answer,
    TicketDone: handlers.finish_work,
    TicketFinished: handlers.finish,
    TicketWithdrawn: handlers.cancel_clocks,
    TicketDeclined: handlers.cancel_clocks,
    TicketMerged: handlers.cancel_clocks,
    TicketHandedOff: handlers.cancel_clocks,
}


def a_calendar(**definition: Any) -> Calendar:
    return Calendar(msgspec.convert(definition, CalendarTerms))


def every_day(*windows: str) -> dict[str, list[str]]:
    return {day: list(windows) for day in WEEKDAYS}


def an_agreement(name: str, version: int = 1, **definition: Any) -> Agreement:
    terms = msgspec.convert(definition, AgreementTerms)
    return Agreement(id=name, version=version, terms=terms)


def the_demo() -> Book:
    return Book(
        {(name, 1): an_agreement(name, **terms) for name, terms in AGREEMENTS.items()},
        {(name, 1): a_calendar(**terms) for name, terms in CALENDARS.items()},
    )


def local(text: str, zone: str = "Asia/Tehran", fold: int = 0) -> datetime:
    """Read `2026-11-22 09:00` as the local clock shows it."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


def registered(
    channel: str = "web", *, subject: str = "network", imported: bool = False
) -> TicketRegistered:
    return TicketRegistered(
        subject=subject,
        kind="incident",
        channel=channel,
        requester="ab12",
        segment="staff",
        language="fa",
        content=TEXT,
        imported=imported,
    )


def answered() -> TicketAnswered:
    return TicketAnswered(by="desk", answer=TEXT, first=True)


def waiting(held_by: Any = "requester") -> TicketWaiting:
    return TicketWaiting(state="waiting", step="waiting", waiting_for=held_by, by="desk")


def resumed() -> TicketResumed:
    return TicketResumed(state="in_progress", step="in_progress", by="desk", waited_seconds=1.0)


def done() -> TicketDone:
    return TicketDone(state="done", step="done", by="expert", result="solved")


def sent_back() -> TicketSentBack:
    return TicketSentBack(state="in_progress", step="in_progress", by="supervisor")


def finished() -> TicketFinished:
    return TicketFinished(state="finished", step="finished", by="supervisor", result="solved")


def reopened() -> TicketReopened:
    return TicketReopened(
        state="in_progress", step="in_progress", by="desk", from_state="finished", times=1
    )


def withdrawn() -> TicketWithdrawn:
    return TicketWithdrawn(state="withdrawn", step="withdrawn", by="desk")


class World:
    """One ticket: what is told of it, what sla records, and the state that this folds to."""

    def __init__(self, book: Book | None = None, start: datetime = NOON) -> None:
        self.book = book or the_demo()
        self.start = start
        self.state: Clocks = CLOCKS.initial()
        self.recorded: list[Event] = []

    def at(self, minutes: float) -> datetime:
        return self.start + timedelta(minutes=minutes)

    def receive(self, event: Event, minutes: float, known_at: float | None = None) -> list[Event]:
        """Tell of what happened so many minutes after the start, known at once or later."""
        now = self.at(minutes if known_at is None else known_at)
        return self._decide(DECISIONS[type(event)], event, self.at(minutes), now)

    def ring(self, minutes: float) -> list[Event]:
        """Let the alarm come, if one is due by then."""
        due_at = index(self.state)["due_at"]
        if due_at is None or due_at > self.at(minutes):
            return []
        return self._decide(handlers.fire, Due(at=due_at), due_at, self.at(minutes))

    def found(self, kind: type[E]) -> list[E]:
        return [event for event in self.recorded if isinstance(event, kind)]

    def clock(self, name: str = "first_response") -> Clock:
        return self.state.clocks[name]

    def _decide(
        self, decide: Callable[..., list[Event]], message: Any, at: datetime, now: datetime
    ) -> list[Event]:
        context = Context(stream=CODE, at=at, now=now, actor="system:sla", cause="test")
        events: Sequence[Event] = decide(self.state, message, context, self.book)
        for event in events:
            self.state = CLOCKS.apply(self.state, event, at)
        self.recorded.extend(events)
        return list(events)

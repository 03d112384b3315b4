"""What sla's unit tests are written with: calendars, agreements, and one ticket's small world."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from chassis.decisions import Context, Due
from contracts import ContentRef, Event
from contracts.intake import TicketMessageReceived, TicketRegistered
from contracts.routing import (
    TicketAnswered,
    TicketAssigned,
    TicketDeclined,
    TicketDone,
    TicketFinished,
    TicketHandedOff,
    TicketMerged,
    TicketMoved,
    TicketOpened,
    TicketPrioritised,
    TicketQueued,
    TicketReopened,
    TicketResumed,
    TicketSentBack,
    TicketTimerEnded,
    TicketTimerSet,
    TicketTriaged,
    TicketUnitAsked,
    TicketUnitReplied,
    TicketWaiting,
    TicketWithdrawn,
)
from contracts.sla import SlaObserved
from services.sla import handlers
from services.sla.demo import AGREEMENTS, CALENDARS, WEEKDAYS
from services.sla.domain.agreement import Agreement, AgreementTerms
from services.sla.domain.book import Book
from services.sla.domain.calendar import Calendar
from services.sla.domain.clocks import CLOCKS, Clock, Clocks
from services.sla.domain.finding import index
from services.sla.domain.hours import CalendarTerms
from services.sla.domain.replay import Happened

E = TypeVar("E", bound=Event)

CODE = "100000000004"
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TEXT = ContentRef(id="text", sha256="0" * 64)

DECISIONS: dict[type[Event], Callable[..., list[Event]]] = {
    TicketRegistered: handlers.see_registered,
    TicketMessageReceived: handlers.see_message,
    TicketOpened: handlers.see_step,
    TicketTriaged: handlers.see_step,
    TicketAssigned: handlers.see_holder,
    TicketQueued: handlers.see_holder,
    TicketPrioritised: handlers.see_priority,
    TicketWaiting: handlers.see_waiting,
    TicketResumed: handlers.see_resumption,
    TicketSentBack: handlers.see_sent_back,
    TicketReopened: handlers.see_reopened,
    TicketAnswered: handlers.see_answer,
    TicketDone: handlers.see_done,
    TicketFinished: handlers.see_finished,
    TicketWithdrawn: handlers.see_end,
    TicketDeclined: handlers.see_end,
    TicketMerged: handlers.see_end,
    TicketUnitAsked: handlers.see_question,
    TicketUnitReplied: handlers.see_reply,
    TicketHandedOff: handlers.see_end,
    TicketMoved: handlers.see_step,
    TicketTimerSet: handlers.set_timer,
    TicketTimerEnded: handlers.end_timer,
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


def asked() -> TicketMessageReceived:
    return TicketMessageReceived(message=TEXT, channel="web")


def opened(step: str = "new") -> TicketOpened:
    return TicketOpened(
        state="new",
        step=step,
        subject="network",
        kind="incident",
        channel="web",
        requester="ab12",
        segment="staff",
        language="fa",
        workflow="default",
        workflow_version=1,
    )


def assigned(unit: str = "network", tier: int = 1, step: str = "in_progress") -> TicketAssigned:
    return TicketAssigned(state="in_progress", step=step, assignee="expert", unit=unit, tier=tier)


def queued(unit: str = "network", tier: int = 1) -> TicketQueued:
    return TicketQueued(state="in_progress", step="in_progress", unit=unit, tier=tier)


def prioritised(priority: int) -> TicketPrioritised:
    return TicketPrioritised(priority=priority)


def withdrawn() -> TicketWithdrawn:
    return TicketWithdrawn(state="withdrawn", step="withdrawn", by="desk")


class World:
    """One ticket: what is told of it, what sla records, and the state that this folds to."""

    def __init__(self, book: Book | None = None, start: datetime = NOON) -> None:
        self.book = book or the_demo()
        self.start = start
        self.state: Clocks = CLOCKS.initial()
        self.recorded: list[Event] = []
        #: Everything that was recorded, observations too, with the instants.
        self.history: list[Happened] = []

    def at(self, minutes: float) -> datetime:
        return self.start + timedelta(minutes=minutes)

    def receive(self, event: Event, minutes: float, known_at: float | None = None) -> list[Event]:
        """Tell of what happened so many minutes after the start, known at once or later.

        Gives what follows for clocks, beside what was seen.
        """
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
        told = [event for event in events if not isinstance(event, SlaObserved)]
        self.history += [Happened(event, at) for event in events]
        self.recorded.extend(told)
        return told

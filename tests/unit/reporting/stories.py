"""Tells tickets' stories as the events of four services, for the tests of reporting."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import msgspec

from contracts.envelope import CloudEvent, ContentRef, Event, wire_type
from contracts.intake import TicketMessageReceived, TicketRegistered
from contracts.routing import (
    State,
    TicketAnswered,
    TicketAssigned,
    TicketDone,
    TicketFinished,
    TicketOwned,
    TicketQueued,
    TicketReopened,
    TicketResumed,
    TicketTagged,
    TicketWaiting,
    TicketWorkLogged,
)

Holder = Literal["requester", "supplier", "unit"]

NINE = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
TEXT = ContentRef("text-1", hashlib.sha256(b"text").hexdigest())


class Story:
    """A ticket's events with their times and their sequence in each service."""

    def __init__(self, code: str = "123456789018") -> None:
        self.code = code
        self.events: list[CloudEvent] = []
        self.now = NINE
        self._sequences: Counter[str] = Counter()

    def after(self, **delay: float) -> Story:
        """Let time pass."""
        self.now += timedelta(**delay)
        return self

    def tells(self, *events: Event) -> Story:
        """Let services record events now."""
        for event in events:
            self._sequences[event.service] += 1
            self.events.append(self._on_the_wire(event, self._sequences[event.service]))
        return self

    def _on_the_wire(self, event: Event, sequence: int) -> CloudEvent:
        return CloudEvent(
            id=f"{self.code}.{sequence}",
            source=f"/peygir/{event.service}",
            type=wire_type(event.type),
            subject=self.code,
            time=self.now,
            sequence=sequence,
            epoch="e1",
            actor="system:test",
            data=msgspec.Raw(msgspec.json.encode(event)),
        )

    def of(self, service: str) -> list[CloudEvent]:
        """Give what one service told."""
        return [event for event in self.events if event.service == service]


def registered(**changes: Any) -> TicketRegistered:
    """Give the first event of a ticket."""
    data: dict[str, Any] = {"subject": "it.network", "kind": "request", "channel": "web"}
    data |= {"requester": "r1", "segment": "staff", "language": "fa", "content": TEXT}
    return TicketRegistered(**(data | changes))


def assigned(
    person: str = "expert", unit: str = "it", state: State = "in_progress", tier: int = 1
) -> Event:
    """Give the event of work going to a person."""
    return TicketAssigned(state=state, step=state, assignee=person, unit=unit, tier=tier)


def tagged(*added: str, removed: tuple[str, ...] = ()) -> Event:
    """Give the event of tags being put on and taken off."""
    return TicketTagged(added=list(added), removed=list(removed))


def queued(unit: str = "it", tier: int = 1) -> Event:
    """Give the event of work waiting in a queue."""
    return TicketQueued(state="in_progress", step="in_progress", unit=unit, tier=tier)


def owned(person: str = "expert") -> Event:
    """Give the event of a ticket getting its owner."""
    return TicketOwned(owner=person, unit="it")


def done(person: str = "expert") -> Event:
    """Give the event of the work being done."""
    return TicketDone(state="done", step="done", by=person, result="solved")


def wrote() -> Event:
    """Give the event of the requester writing again."""
    return TicketMessageReceived(message=TEXT, channel="web")


def logged(seconds: int, *, group: str = "network", unit: str = "it", cost: int = 0) -> Event:
    """Give a line of the work log."""
    return TicketWorkLogged(
        person="expert", unit=unit, tier=1, work_group=group, touch_seconds=seconds, cost=cost
    )


def waiting(held_by: Holder = "requester") -> Event:
    """Give the event of work having to wait."""
    return TicketWaiting(state="waiting", step="waiting", waiting_for=held_by, by="expert")


def resumed() -> Event:
    """Give the event of work going on."""
    return TicketResumed(state="in_progress", step="in_progress", by="r1", waited_seconds=0)


def answered() -> Event:
    """Give the event of the requester being answered."""
    return TicketAnswered(by="desk", answer=TEXT, first=True)


def finished() -> Event:
    """Give the event of the end."""
    return TicketFinished(state="finished", step="finished", by="supervisor", result="solved")


def reopened(from_state: State = "finished") -> Event:
    """Give the event of a ticket coming back to life."""
    return TicketReopened(
        state="in_progress", step="in_progress", by="desk", from_state=from_state, times=1
    )

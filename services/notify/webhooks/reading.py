"""Reads the services' logs on for subscriptions, and finds out what their filters ask for.

Subscriptions that have come equally far share what was just read.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple, Protocol, TypeVar

from chassis.bus.topology import SOURCES
from chassis.errors import Unavailable
from chassis.recent import Recent
from contracts.calls.intake import TicketContent
from contracts.calls.journal import LogPart, ReadLog
from contracts.calls.routing import TicketView
from contracts.envelope import CloudEvent
from services.notify.domain.webhooks import Case, Webhook, takes
from services.notify.repository.posts import Mark

T = TypeVar("T")
#: Events of one service read at a time.
_PAGE = 500
#: How long what was read is good for others.
_SHARED_SECONDS = 0.3
_REMEMBERED = 20_000
_DIGITS = 12


class Client(Protocol):
    """Asks one service; raises Unavailable."""

    def query(self, method: str, request: Any, answer: type[T]) -> T: ...


class Asks(Protocol):
    """Where tickets are looked up; raises Unavailable."""

    def contents(self, codes: Sequence[str]) -> dict[str, TicketContent]: ...
    def cases(self, codes: Sequence[str]) -> dict[str, TicketView]: ...


class Page(NamedTuple):
    """What comes next in the logs, and how far one has come with it."""

    events: list[CloudEvent]
    marks: dict[str, Mark]


class Reader:
    """Reads the logs of all services as one, as the public event log does."""

    def __init__(
        self,
        clients: Mapping[str, Client],
        asks: Asks,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clients = clients
        self._asks = asks
        self._clock = clock
        self._parts: dict[tuple[str, int], tuple[float, LogPart]] = {}
        #: The kind of a ticket never changes.
        self._kinds: Recent[str, str] = Recent(_REMEMBERED)

    def ends(self) -> dict[str, Mark]:
        """Give where all logs end now; raises Unavailable."""
        parts = {source: self._ask(source, ReadLog(tail=True)) for source in SOURCES}
        return {source: Mark(part.epoch, part.next) for source, part in parts.items()}

    def page(self, marks: Mapping[str, Mark], most: int) -> Page:
        """Give up to `most` next events in the order of their times, each log's in its own.

        A service that does not answer is left out: its events come later.
        """
        parts = {}
        for source in SOURCES:
            try:
                parts[source] = self._part(source, marks.get(source, Mark("", 0)))
            except Unavailable:
                continue
        after = dict(marks)
        for source, part in parts.items():
            known = after.get(source)
            if not part.events:
                after[source] = Mark(part.epoch, part.next, known.time if known else None)
        events = []
        for source, event in _merged(parts, most):
            position = event.position if isinstance(event.position, int) else 0
            after[source] = Mark(parts[source].epoch, position, event.time)
            events.append(event)
        return Page(events, after)

    def wanted(self, webhook: Webhook, events: Sequence[CloudEvent]) -> list[CloudEvent]:
        """Give the events that a subscription asks for; raises Unavailable."""
        typed = [event for event in events if webhook.wants(event.event_type)]
        if not webhook.units and not webhook.kinds:
            return typed
        cases = self._cases(webhook, typed)
        return [event for event in typed if takes(webhook, event, cases[event.subject])]

    def _part(self, source: str, mark: Mark) -> LogPart:
        part = self._ask(source, ReadLog(after=mark.position, limit=_PAGE))
        if mark.epoch and part.epoch != mark.epoch:
            return self._from_the_start(source, mark.time)
        return part

    def _from_the_start(self, source: str, since: datetime | None) -> LogPart:
        """Find what is new in a log that was restored: what happened after the last event read."""
        after = 0
        while True:
            part = self._ask(source, ReadLog(after=after, limit=_PAGE))
            new = [event for event in part.events if since is None or event.time > since]
            if new or part.end or part.next <= after:
                return LogPart(epoch=part.epoch, events=new, next=part.next, end=part.end)
            after = part.next

    def _ask(self, source: str, request: ReadLog) -> LogPart:
        if request.tail:
            return self._clients[source].query("journal_log", request, LogPart)
        now, key = self._clock(), (source, request.after)
        asked_at, part = self._parts.get(key, (float("-inf"), None))
        if part is None or now - asked_at > _SHARED_SECONDS:
            part = self._clients[source].query("journal_log", request, LogPart)
            self._parts = {
                name: kept for name, kept in self._parts.items() if now - kept[0] < _SHARED_SECONDS
            }
            self._parts[key] = (now, part)
        return part

    def _cases(self, webhook: Webhook, events: Sequence[CloudEvent]) -> dict[str, Case]:
        tickets = list(dict.fromkeys(e.subject for e in events if _is_ticket(e.subject)))
        kinds = self._kinds_of(tickets) if webhook.kinds else {}
        without = {e.subject for e in events if not isinstance(e.unit, str)}
        asked = [code for code in tickets if code in without] if webhook.units else []
        units = {code: case.unit for code, case in self._asks.cases(asked).items()} if asked else {}
        return {e.subject: Case(units.get(e.subject), kinds.get(e.subject)) for e in events}

    def _kinds_of(self, tickets: Sequence[str]) -> dict[str, str]:
        missing = [code for code in tickets if self._kinds.get(code) is None]
        for code, content in (self._asks.contents(missing) if missing else {}).items():
            self._kinds.keep(code, content.kind)
        found = {code: self._kinds.get(code) for code in tickets}
        return {code: kind for code, kind in found.items() if kind is not None}


def _merged(parts: Mapping[str, LogPart], most: int) -> Iterator[tuple[str, CloudEvent]]:
    """Take the earliest of the first events left, again and again."""
    logs = ([(source, event) for event in part.events] for source, part in parts.items())
    return islice(heapq.merge(*logs, key=_time_of), most)


def _time_of(item: tuple[str, CloudEvent]) -> datetime:
    return item[1].time


def _is_ticket(subject: str) -> bool:
    return len(subject) == _DIGITS and subject.isdecimal()

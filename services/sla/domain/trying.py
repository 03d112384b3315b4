"""One ticket of a trial: what its course leads to under a book, and whether that is what happened.

Live handling, too, is `advance` and `ring` over the same observations, so what is found here for
the book as it was is what was recorded, unless something outside the course had its say.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from contracts import Event
from contracts.sla import SlaBreached, SlaMet, SlaObserved, SlaOverdue, SlaStarted, SlaWarned
from services.sla.domain import ticking
from services.sla.domain.book import Book
from services.sla.domain.clocks import Clock, Clocks
from services.sla.domain.course import Observation
from services.sla.domain.replay import Replay
from services.sla.domain.spells import holder_in

#: What has just been due may still be on its way to the record.
_SETTLED = timedelta(minutes=1)


class RecordedClock(msgspec.Struct, frozen=True):
    """What the record says of a clock, as far as trials compare."""

    state: str
    stopped_at: datetime | None = None
    breached_at: datetime | None = None
    exception: str | None = None


class Past(msgspec.Struct, frozen=True):
    """A ticket's course, and what the record says of its clocks."""

    changed_at: datetime
    course: list[Observation] = []
    clocks: dict[str, RecordedClock] = {}

    def left_out(self) -> str | None:
        """Give why the course does not say what became of the ticket, where it is plain to see."""
        if not self.course:
            return "no_course"
        agreed = any(clock.exception == "approved" for clock in self.clocks.values())
        return "excepted" if agreed else None


class Eras(NamedTuple):
    """A book as it stood from each publication of a calendar on."""

    first: Book
    later: list[tuple[datetime, Book]]

    @classmethod
    def of(cls, book: Book) -> Eras:
        """Take later versions of calendars away, and give them back one instant after the other."""
        # Of those with the same name the smallest version comes last, and stays.
        firsts = dict(sorted(book.calendars, reverse=True)).items()
        known = {edition: book.calendars[edition] for edition in firsts}
        published = sorted((book.published_at[e], e) for e in book.calendars if e not in known)
        first, later = book.with_calendars(known), []
        for at, editions in groupby(published, key=itemgetter(0)):
            known = known | {edition: book.calendars[edition] for _, edition in editions}
            later.append((at, book.with_calendars(known)))
        return cls(first, later)


class Run(NamedTuple):
    """One run of a clock as it ended, or stands."""

    clock: str
    #: `met`, `missed`, `open` or `cancelled`.
    verdict: str
    holder: str
    late_seconds: float
    penalty: int


class Message(NamedTuple):
    """What a mark sends."""

    role: str
    channel: str
    day: date


class Outcome(Replay):
    """What a course leads to up to an instant: verdicts, by whom, and whom the marks tell."""

    def __init__(self, eras: Eras, zone: ZoneInfo) -> None:
        super().__init__(eras.first)
        self._later = eras.later
        self._zone = zone
        self._ended: list[Run] = []
        #: Who had the ticket when each clock was met or missed.
        self._holders: dict[str, str] = {}
        self.messages: list[Message] = []

    def follow(self, course: Sequence[Observation], until: datetime) -> Outcome:
        """Decide the whole course, and let every mark come up to an instant."""
        # What was imported goes by what was published when it was read, whenever it happened.
        changes = self._turn_to_first(until if course[0].imported else course[0].at)
        for seen in course:
            if seen.at > until:
                break
            while changes and changes[-1][0] <= seen.at:
                self.turn_to(*changes.pop())
            self.see(seen)
        while changes and changes[-1][0] <= until:
            self.turn_to(*changes.pop())
        self.ring_until(until)
        return self

    def _turn_to_first(self, at: datetime) -> list[tuple[datetime, Book]]:
        """Take the book of an instant; gives those that come after it, the last one first."""
        coming = list(reversed(self._later))
        while coming and coming[-1][0] <= at:
            self.book = coming.pop()[1]
        return coming

    def runs(self, until: datetime) -> list[Run]:
        """Give every run of every clock."""
        clocks = self.state.clocks.values()
        return [*self._ended, *(self._run(clock, until) for clock in clocks)]

    def is_recorded(self, past: Past, until: datetime) -> bool:
        """Tell whether the record says the same; what it may have learnt since does not count."""
        sure = until - _SETTLED
        return past.changed_at > sure or (
            self.state.clocks.keys() == past.clocks.keys()
            and all(_same(self.state.clocks[name], past.clocks[name], sure) for name in past.clocks)
        )

    def note(self, before: Clocks, event: Event, at: datetime) -> None:
        """Keep what figures are made of."""
        if isinstance(event, SlaObserved):
            return
        if isinstance(event, SlaStarted):
            if (clock := before.clocks.get(event.clock)) is not None:
                self._ended.append(self._run(clock, at))
        elif isinstance(event, SlaMet):
            if before.clocks[event.clock].breached_at is None:
                self._holders[event.clock] = holder_in(self.state.situation)
        elif isinstance(event, SlaBreached):
            self._holders[event.clock] = holder_in(self.state.situation)
            self._tell(event)
        elif isinstance(event, SlaWarned | SlaOverdue):
            self._tell(event)

    def _tell(self, event: SlaBreached | SlaWarned | SlaOverdue) -> None:
        if event.notices:
            day = event.alarm_at.astimezone(self._zone).date()
            for notice in event.notices:
                for step in (notice, *getattr(notice, "then", ())):
                    self.messages.append(Message(step.role, step.channel, day))

    def _run(self, clock: Clock, at: datetime) -> Run:
        if clock.breached_at is None:
            verdict = "open" if clock.open else clock.state
            holder = self._holders[clock.name] if verdict == "met" else ""
            return Run(clock.name, verdict, holder, 0.0, 0)
        left = ticking.left_seconds(clock, self.book.calendar_of(clock), at)
        late, penalty = max(0.0, -left), self.book.penalty_of(clock, self.state)
        owed = penalty.amount(late) if penalty else 0
        if clock.state == "cancelled":
            # What was missed before is owed all the same.
            return Run(clock.name, "cancelled", "", late, owed)
        return Run(clock.name, "missed", self._holders[clock.name], late, owed)


def _same(clock: Clock, recorded: RecordedClock, sure: datetime) -> bool:
    on_its_way = clock.breached_at is not None and clock.breached_at > sure
    return (
        clock.state == recorded.state
        and clock.stopped_at == recorded.stopped_at
        and (clock.breached_at == recorded.breached_at or on_its_way)
    )

"""One unit looked at: its work in hand and planned, what it can do, and what follows from both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property
from statistics import median_high
from typing import NamedTuple

from contracts.calls.days import WorkingDay
from contracts.routing import BrokenPromise, LoadLevel
from services.routing.domain.capacity import (
    FEWEST,
    Finished,
    Measured,
    Worker,
    days_ahead,
    left_of,
    measured,
)
from services.routing.domain.loading import Day, Loading, Piece, room_for

#: So far ahead is looked: whole weeks.
AHEAD = timedelta(days=84)
#: More than so many is "enough".
MOST_ROOM = 100
#: Room for so many of the usual size ends a warning: not for the one that began it.
_EASED = 2
_USUAL_PRIORITY = 3
_SATURDAY = 5


class OpenWork(NamedTuple):
    """An open ticket of a unit, as far as it is work."""

    code: str
    subject: str
    points: int
    touch_seconds: int
    priority: int
    since: datetime


class PlannedWork(NamedTuple):
    """Work that is going to come: from when on, and of what weight."""

    name: str
    points: int
    priority: int
    at: datetime


class Known(NamedTuple):
    """What a survey rests on."""

    unit: str
    now: datetime
    open: Sequence[OpenWork]
    planned: Sequence[PlannedWork]
    #: Newest first.
    finished: Sequence[Finished]
    #: By when open tickets were promised, by code.
    promised: Mapping[str, datetime]
    #: Since the oldest finished ticket, and from now on.
    past: Sequence[WorkingDay]
    ahead: Sequence[WorkingDay]
    workers: Sequence[Worker]


class Week(NamedTuple):
    """Points of seven days from a Saturday on."""

    week: date
    capacity: float
    loaded: float
    promised: float
    planned: float


class Survey:
    """A unit's load, each part worked out when it is asked for."""

    def __init__(self, known: Known) -> None:
        self.known = known

    @cached_property
    def measured(self) -> Measured | None:
        """What the unit really finished."""
        return measured(self.known.finished, self.known.past, self.known.workers)

    @cached_property
    def days(self) -> Sequence[Day]:
        """What it can do on each day ahead; none where nobody knows."""
        if self.measured is None:
            return []
        return list(days_ahead(self.measured, self.known.ahead, self.known.workers))

    @cached_property
    def in_hand(self) -> list[Piece]:
        """The open tickets, with what is left of them."""
        promised = self.known.promised
        return [
            Piece(
                each.code,
                left_of(each.points, each.touch_seconds, self.measured),
                promised.get(each.code),
                each.priority,
                min(each.since, self.known.now),
            )
            for each in self.known.open
        ]

    @cached_property
    def lead(self) -> timedelta | None:
        """Within what time of coming its work is usually promised; None where nothing is."""
        promised = self.known.promised
        times = [promised[e.code] - e.since for e in self.known.open if e.code in promised]
        return median_high(times) if times else None

    def promised_at(self, at: datetime) -> datetime | None:
        """Give by when work would be promised that comes at an instant."""
        return None if self.lead is None else at + self.lead

    @cached_property
    def coming(self) -> list[Piece]:
        """The planned work, promised as such work usually is."""
        return [
            Piece(each.name, each.points, self.promised_at(each.at), each.priority, each.at)
            for each in self.known.planned
        ]

    @cached_property
    def loading(self) -> Loading:
        """Everything on the days ahead."""
        return Loading([*self.in_hand, *self.coming], self.days)

    def with_more(self, pieces: Sequence[Piece]) -> Loading:
        """Give the same with more work."""
        return Loading([*self.loading.pieces, *pieces], self.days)

    @property
    def done_at(self) -> datetime | None:
        """When the work in hand is done; None where that lies beyond the days ahead."""
        return self.loading.last_of(self.in_hand)

    @property
    def one_more(self) -> Piece:
        """One more ticket of the usual size, coming now and promised as is usual."""
        points = self.measured.usual if self.measured else 1.0
        now = self.known.now
        return Piece("more", points, self.promised_at(now), _USUAL_PRIORITY, now)

    @cached_property
    def broken(self) -> list[BrokenPromise]:
        """The promises that cannot be kept, of open tickets and planned work."""
        return _broken(self.loading, self.known.now)

    @property
    def broken_by_one_more(self) -> list[BrokenPromise]:
        """Those that one more ticket would break; its own is not among them."""
        loading = self.with_more([self.one_more])
        return [each for each in _broken(loading, self.known.now) if each.code != "more"]

    def room(self, most: int = MOST_ROOM) -> int | None:
        """Give how many more of the usual size fit in, up to `most`; None where nobody knows."""
        if self.measured is None or self.lead is None:
            return None
        return room_for(self.one_more, self.loading, self.days, self.known.now, most)

    @cached_property
    def level(self) -> LoadLevel | None:
        """How full it is, where that is worth telling."""
        if self.measured is None:
            return None
        if self.broken:
            return "over"
        return "full" if self.room(1) == 0 else None

    @property
    def is_eased(self) -> bool:
        """Whether a warning about it is over: there is room for more than one ticket."""
        if self.measured is None or self.broken:
            return self.measured is None
        room = self.room(_EASED)
        return room is None or room >= _EASED

    def weeks(self, loading: Loading) -> list[Week]:
        """Give the weeks ahead under a loading."""
        return list(_weeks(self.days, loading, self.known.now))


def since_of(finished: Sequence[Finished], now: datetime, span: timedelta) -> datetime | None:
    """Give since when a unit is measured: the oldest of what it finished, a day ago at least."""
    if len(finished) < FEWEST:
        return None
    first = max(min(each.at for each in finished), now - span)
    return first if now - first >= timedelta(days=1) else None


def _broken(loading: Loading, now: datetime) -> list[BrokenPromise]:
    return [
        BrokenPromise(code=each.name, due_at=each.due, ends_at=each.ends_at)
        for each in loading.late(now)
    ]


def _weeks(days: Sequence[Day], loading: Loading, now: datetime) -> Iterator[Week]:
    by_week: dict[date, list[int]] = {}
    for number, day in enumerate(days):
        by_week.setdefault(week_of(day.day), []).append(number)
    starts = [days[numbers[0]].opens_at for numbers in by_week.values()]
    ends = [*starts[1:], datetime.max.replace(tzinfo=now.tzinfo)]
    for (week, numbers), start, end in zip(by_week.items(), starts, ends, strict=True):
        begin = now if start == starts[0] else start
        promised = (p.points for p in loading.pieces if p.due and begin <= p.due < end)
        coming = (p.points for p in loading.pieces if now < p.since and begin <= p.since < end)
        yield Week(
            week,
            sum(days[number].points for number in numbers),
            sum(loading.worked[number] for number in numbers),
            sum(promised),
            sum(coming),
        )


def week_of(day: date) -> date:
    """Give the Saturday on which a day's week begins."""
    return day - timedelta(days=(day.weekday() - _SATURDAY) % 7)

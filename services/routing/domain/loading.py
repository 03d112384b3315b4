"""Work loaded onto the days ahead: when each piece is done, and which promises cannot be kept.

Finite forward loading (Vollmann, Berry, Whybark, "Manufacturing Planning and Control Systems"): a
day takes no more points than the unit can do on it, the rest goes on to the next. On each day the
piece that is due first goes first. No other order of the same work makes the worst lateness smaller
(Jackson 1955; with work that comes later, Horn 1974): where a promise is broken here, not all of
them can be kept, in whatever order people work.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple

Order = tuple[datetime, int, datetime, str]
_LAST = datetime.max.replace(tzinfo=UTC)
#: What is less than this is rounding.
_NOTHING = 1e-9


class Piece(NamedTuple):
    """Work that is to be done: a ticket, planned work, or what somebody thinks of taking on."""

    name: str
    #: Points that are left to do.
    points: float
    #: By when it was promised; nothing was: it comes after all that is promised.
    due: datetime | None
    priority: int
    #: Since when it is there; it cannot be begun before.
    since: datetime

    @property
    def order(self) -> Order:
        """What it comes by: the promise, then as queues go."""
        return self.due or _LAST, self.priority, self.since, self.name


class Day(NamedTuple):
    """A working day ahead, and how many points can be done on it."""

    day: date
    opens_at: datetime
    closes_at: datetime
    points: float


class Late(NamedTuple):
    """A promise that cannot be kept: when the work is done instead, None for beyond the days."""

    name: str
    due: datetime
    ends_at: datetime | None


class Loading:
    """All pieces on the days ahead."""

    def __init__(self, pieces: Sequence[Piece], days: Sequence[Day]) -> None:
        self.pieces = pieces
        #: When each piece is done; absent where that lies beyond the days.
        self.ends: dict[str, datetime] = {}
        #: Points worked, by day.
        self.worked = [0.0] * len(days)
        self._horizon = days[-1].closes_at if days else datetime.min.replace(tzinfo=UTC)
        self._load(days)

    def last_of(self, pieces: Sequence[Piece]) -> datetime | None:
        """Give when the last of some is done; None where that lies beyond the days."""
        if any(piece.name not in self.ends for piece in pieces):
            return None
        return max((self.ends[piece.name] for piece in pieces), default=None)

    def late(self, now: datetime) -> list[Late]:
        """Give the promises still open that cannot all be kept, the first due first."""
        found = []
        for piece in self.pieces:
            ends_at = self.ends.get(piece.name)
            if piece.due is None or piece.due <= now:
                continue
            if piece.due < (ends_at or self._horizon):
                found.append(Late(piece.name, piece.due, ends_at))
        return sorted(found, key=lambda each: (each.due, each.name))

    def _load(self, days: Sequence[Day]) -> None:
        coming = sorted(self.pieces, key=lambda piece: piece.since, reverse=True)
        there: list[tuple[Order, float]] = []
        for number, day in enumerate(days):
            while coming and coming[-1].since < day.closes_at:
                piece = coming.pop()
                heapq.heappush(there, (piece.order, piece.points))
            self.worked[number] = self._work(there, day)

    def _work(self, there: list[tuple[Order, float]], day: Day) -> float:
        """Work off what is there for a day; gives the points that were worked."""
        room = day.points
        while there and room > _NOTHING:
            order, left = there[0]
            done = min(left, room)
            room -= done
            if left - done > _NOTHING:
                heapq.heapreplace(there, (order, left - done))
                continue
            heapq.heappop(there)
            reached = day.opens_at + (day.closes_at - day.opens_at) * (1 - room / day.points)
            self.ends[order[3]] = max(reached, order[2])
        return day.points - room


def room_for(size: Piece, loading: Loading, days: Sequence[Day], now: datetime, most: int) -> int:
    """Give how many more pieces like one could be taken without breaking a promise, up to `most`.

    Where one is broken already, none.
    """
    low, high = 0, most
    if loading.late(now):
        return 0
    while low < high:
        middle = (low + high + 1) // 2
        if Loading([*loading.pieces, *copies(size, middle)], days).late(now):
            high = middle - 1
        else:
            low = middle
    return low


def copies(piece: Piece, number: int) -> list[Piece]:
    """Give as many pieces as one, with names of their own."""
    return [piece._replace(name=f"{piece.name}#{count}") for count in range(1, number + 1)]

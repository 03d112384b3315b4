"""Who is there: shift, leave and presence of a person, and of everybody at one moment."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

import msgspec

from contracts.calls.routing.attendance import Absence, Presence, Shift
from services.routing.domain.hours import Hours

_MOST_LOOKS = 1000


class OnLeave(msgspec.Struct, frozen=True, kw_only=True):
    """A leave, as far as work is concerned."""

    id: str
    start: datetime
    end: datetime
    stand_in: str | None = None
    #: Where the reason is kept.
    reason: str | None = None


class Times(msgspec.Struct, frozen=True, kw_only=True):
    """When a person is there; made of nothing, always."""

    shift: Shift | None = None
    leaves: tuple[OnLeave, ...] = ()
    presence: Presence = "available"
    #: When he counts as available again.
    until: datetime | None = None

    @property
    def hours(self) -> Hours | None:
        """His shift laid out."""
        return None if self.shift is None else _laid_out(msgspec.json.encode(self.shift))

    def day_of(self, at: datetime) -> date:
        """Give the day that it is where he works."""
        return at.astimezone(ZoneInfo(self.shift.zone if self.shift else _HOME)).date()

    def leave_at(self, at: datetime) -> OnLeave | None:
        """Give the leave under way, the one that ends last."""
        under_way = [leave for leave in self.leaves if leave.start <= at < leave.end]
        return max(under_way, key=lambda leave: leave.end, default=None)

    def absence(self, at: datetime) -> Absence | None:
        """Give why he is not there, the longest reason first."""
        if self.leave_at(at) is not None:
            return "on_leave"
        hours = self.hours
        if hours is not None and not hours.is_open(at):
            return "off_shift"
        if self.presence == "available" or (self.until is not None and self.until <= at):
            return None
        return "away" if self.presence == "away" else "on_break"

    def next_look(self, at: datetime) -> datetime | None:
        """Give the next instant at which it may be otherwise; None when nothing is known."""
        instants = [moment for leave in self.leaves for moment in (leave.start, leave.end)]
        if self.presence != "available" and self.until is not None:
            instants.append(self.until)
        later = [moment for moment in instants if moment > at]
        change = self.hours.next_change(at) if self.hours is not None else None
        return min([*later, *([change] if change else [])], default=None)

    def changes_at(self, at: datetime) -> datetime | None:
        """Give when he comes or goes next."""
        is_there, moment = self.absence(at) is None, self.next_look(at)
        for _look in range(_MOST_LOOKS):
            if moment is None or (self.absence(moment) is None) != is_there:
                return moment
            moment = self.next_look(moment)
        return None


ALWAYS = Times()
#: Where people are who have no shift.
_HOME = "Asia/Tehran"


@lru_cache(maxsize=2048)
def _laid_out(shift: bytes) -> Hours:
    return Hours(msgspec.json.decode(shift, type=Shift))


class Roster:
    """Who is not there now, kept right by the next instants at which that may change.

    Whoever always works is in no list and costs nothing.
    """

    def __init__(self, people: Mapping[str, Times], at: datetime) -> None:
        self._people = people
        self._looks: list[tuple[datetime, str]] = []
        self.off: Mapping[str, Absence] = {}
        self.stand_ins: Mapping[str, str] = {}
        self._look(people, at)

    def advance(self, at: datetime) -> bool:
        """Come to an instant; gives whether anybody came or went."""
        due: list[str] = []
        while self._looks and self._looks[0][0] <= at:
            due.append(heapq.heappop(self._looks)[1])
        return self._look(due, at) if due else False

    def _look(self, names: Iterable[str], at: datetime) -> bool:
        off, stand_ins = dict(self.off), dict(self.stand_ins)
        for name in names:
            times = self._people[name]
            if times == ALWAYS:
                continue
            off.pop(name, None)
            stand_ins.pop(name, None)
            if (absence := times.absence(at)) is not None:
                off[name] = absence
            leave = times.leave_at(at)
            if leave is not None and leave.stand_in is not None:
                stand_ins[name] = leave.stand_in
            if (moment := times.next_look(at)) is not None:
                heapq.heappush(self._looks, (moment, name))
        changed = off != self.off or stand_ins != self.stand_ins
        self.off, self.stand_ins = MappingProxyType(off), MappingProxyType(stand_ins)
        return changed

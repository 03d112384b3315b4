"""How full units are, as far as somebody has to be told."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from contracts.envelope import Event, event

#: `full`: one more ticket of the usual size breaks a promise; `over`: one is broken already by what
#: is there and planned.
LoadLevel = Literal["full", "over"]


class BrokenPromise(msgspec.Struct, frozen=True, kw_only=True):
    """A promise that cannot be kept as things stand, or were one more ticket taken."""

    code: str
    due_at: datetime
    #: When the work would be done; absent: beyond the weeks that are looked at.
    ends_at: datetime | None


@event("unit.overcommitted", by="routing")
class UnitOvercommitted(Event):
    """A unit has more work than it can do in time, or is one ticket short of that.

    Told once when it comes to be so, and once more when `full` becomes `over`. Stream `unit:{id}`.
    """

    level: LoadLevel
    #: What the unit is called, by language.
    title: dict[str, str]
    #: Points in hand and planned, and points that it really finishes on a working day.
    committed: float
    per_day: float
    #: When the work in hand is done; absent: beyond the weeks that are looked at.
    done_at: datetime | None
    #: The promises in question, the first due first: the first of so many.
    promises: list[BrokenPromise]
    number: int
    #: Who is told of it.
    told: list[str] = []


@event("unit.relieved", by="routing")
class UnitRelieved(Event):
    """A unit of which it was told that it has too much could take more again."""

    level: LoadLevel
    #: Since when that had been so.
    since: datetime
    title: dict[str, str]
    #: So many tickets of the usual size could be taken.
    room: int
    #: Who had been told.
    told: list[str] = []

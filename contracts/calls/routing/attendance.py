"""What routing can be asked and told about who is there: shifts, leave, presence."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from contracts.calls.base import Answer, Line, Request, Slug
from contracts.hours import Week, Windows

#: What somebody says of himself.
Presence = Literal["available", "away", "break"]
#: Why somebody is given nothing now.
Absence = Literal["off_shift", "on_leave", "away", "on_break"]


class Shift(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When somebody works."""

    week: Week
    zone: str = "Asia/Tehran"
    #: Windows of single days, Jalali or Gregorian, in place of the week's: `{"1405-01-13": []}`.
    exceptions: Annotated[dict[str, Windows], Meta(max_length=2000)] = {}


class SetPresence(Request):
    """Command `set_presence`: say whether one takes work now. Answers `Attendance`."""

    presence: Presence
    #: When one counts as available again, a day ahead at most; absent: a break lasts an hour, being
    #: away half a day.
    until: datetime | None = None


class TakeLeave(Request):
    """Command `take_leave`: put down a leave of somebody, or change it. Answers `Attendance`."""

    person: Slug
    leave: Slug
    start: datetime
    end: datetime
    #: Who decides and gets work back in his place meanwhile.
    stand_in: Slug | None = None
    #: Shown to himself and to who puts down leaves, and kept out of every record.
    reason: Line | None = None


class CancelLeave(Request):
    """Command `cancel_leave`: strike a leave out, also one that has begun. Answers `Attendance`."""

    person: Slug
    leave: Slug


class GetAttendance(Request):
    """Query `attendance`: when somebody is there; absent: oneself. Answers `Attendance`."""

    person: Slug | None = None


class Leave(Answer):
    """Somebody's leave."""

    id: str
    start: datetime
    end: datetime
    stand_in: str | None = None
    reason: str | None = None


class Attendance(Answer):
    """Whether somebody is there, and when that changes."""

    person: str
    presence: Presence
    #: When he counts as available again.
    until: datetime | None
    #: Why he is given nothing now; absent while he is there.
    absence: Absence | None
    #: When he comes or goes next, as far as it is known.
    changes_at: datetime | None
    shift: Shift | None
    #: Those that have not ended.
    leaves: list[Leave]


class GetTeam(Request):
    """Query `team`: who of a unit is there and how much each has. Answers [`Colleague`]."""

    unit: Slug


class Colleague(Answer):
    """A member of a unit, as who gives work to it sees him."""

    id: str
    name: str
    role: str
    tier: int
    skills: list[str]
    #: Why he is given nothing now; absent while he is there.
    absence: Absence | None
    changes_at: datetime | None
    #: Points of work that he may have, and that he has.
    capacity: int
    load: int
    #: Open tickets that he owns.
    owned: int
    unit: str | None = None

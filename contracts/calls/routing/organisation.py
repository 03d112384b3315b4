"""What routing can be asked about units."""

from datetime import timedelta
from typing import Annotated, Literal

from msgspec import Meta

from contracts.calls.base import Answer, Line, Request, Slug

#: An `outside` unit is a supplier or dealer: work is referred to it and waited for, its people are
#: given none.
UnitKind = Literal["head_office", "province", "branch", "team", "outside"]
#: How the next person is chosen among those who have room.
Strategy = Literal["least_loaded", "round_robin", "sticky", "best_skill"]
#: What a tier may decide up to: `{"refund": 5000000}`.
Authority = dict[Slug, Annotated[int, Meta(ge=0, le=1_000_000_000_000)]]
TierName = Annotated[str, Meta(pattern=r"^[1-9]$")]


class DefineUnit(Request):
    """Command `define_unit`: add or change a unit. Answers `Unit`."""

    id: Slug
    title: dict[str, Line]
    parent: Slug | None = None
    #: The desk that owns the tickets of this unit's web requesters; absent: the parent's.
    desk: bool = False
    active: bool = True
    kind: UnitKind = "team"
    province: Slug | None = None
    #: The calendar that its agreements go by, for who reads it.
    calendar: Slug | None = None
    #: For work that comes without a rule: referred, escalated, returned.
    strategy: Strategy = "least_loaded"
    #: Segments whose tickets leave its queues first, best first; absent: those of the unit above.
    serves_first: Annotated[list[Slug], Meta(max_length=50)] = []
    #: Work on which its assignee has done nothing for so much of his working time goes to the next;
    #: absent: it stays.
    react_within: timedelta | None = None
    #: By tier; a tier that is not named may decide what that of the unit above may.
    authority: dict[TierName, Authority] = {}


class Unit(Answer):
    """A unit of the organisation."""

    id: str
    title: dict[str, str]
    parent: str | None
    desk: bool
    active: bool
    kind: UnitKind = "team"
    province: str | None = None
    calendar: str | None = None
    strategy: Strategy = "least_loaded"
    serves_first: list[str] = []
    react_within: timedelta | None = None
    authority: dict[str, dict[str, int]] = {}

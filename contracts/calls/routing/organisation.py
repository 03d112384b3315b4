"""What routing can be asked about units."""

from contracts.calls.base import Answer, Line, Request, Slug


class DefineUnit(Request):
    """Command `define_unit`: add or change a unit. Answers `Unit`."""

    id: Slug
    title: dict[str, Line]
    parent: Slug | None = None
    #: The desk that owns the tickets of this unit's web requesters; absent: the parent's.
    desk: bool = False
    active: bool = True


class Unit(Answer):
    """A unit of the organisation."""

    id: str
    title: dict[str, str]
    parent: str | None
    desk: bool
    active: bool

"""What intake can be asked about forms; what a definition may say is in `contracts/forms/`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta

from contracts.calls.base import Answer, Request, Slug


class DefineForm(Request):
    """Command `define_form`: publish a version. Answers `FormView`."""

    id: Slug
    #: A `Form` of `contracts/forms/definition.py`; `{"type": "block", "block": id}` may stand for a
    #: field. A wrong one is refused with every fault by its place.
    definition: dict[str, Any]


class DefineBlock(Request):
    """Command `define_block`: publish a version, and with it one of every form that includes it.

    Answers `FormView`; refused where one of those forms would break.
    """

    id: Slug
    #: A `Block`: a title and fields.
    definition: dict[str, Any]


class FormView(Answer):
    """The newest version of a form or a block, as it was written."""

    id: str
    version: int
    definition: dict[str, Any]
    published_by: str
    published_at: datetime
    #: Of a block: the forms that include it, which got a new version with it.
    included_by: list[str] = []


class GetFormVersions(Request):
    """Query `form_versions`: answers [FormVersion], newest first, 100 at most."""

    id: Slug


class FormVersion(Answer):
    """A version of a form: as it was written, and as it was filled in."""

    version: int
    #: With the blocks that it includes named, as whoever changed it last has written it.
    definition: dict[str, Any]
    #: Complete: the blocks as they were then stand in it.
    form: dict[str, Any]
    published_by: str
    published_at: datetime
    #: The block that was changed, where the version came with it.
    block: str | None = None


class GetForm(Request):
    """Query `form`: answers `PublishedForm`; for anybody where an active subject asks for it."""

    id: Slug
    #: Absent: the newest.
    version: Annotated[int, Meta(ge=1, le=2**31)] | None = None


class GetForms(Request):
    """Query `forms`: answers the newest `PublishedForm` of each of these ids; unknown are left out.

    For services that fill in forms themselves, such as routing at a step.
    """

    ids: Annotated[list[Slug], Meta(max_length=200)]


class PublishedForm(Answer):
    """A version of a form as it is filled in: the blocks that it includes stand in it."""

    id: str
    version: int
    #: A `Form`; `contracts.forms.ready` makes it ready for answering.
    form: dict[str, Any]


class ShownAnswer(Answer):
    """An answer with the words of the version that asked for it, each by language."""

    field: str
    #: `text`, `number`, `date`, `choice`, `table`, ...
    type: str
    label: dict[str, str]
    #: As it is stored; null where a default was taken away.
    value: Any
    #: Of a choice: the words of what was chosen, in order; of a cascade, from the top.
    chosen: list[dict[str, str]] = []
    unit: dict[str, str] | None = None
    #: Of a date: `reader`, `jalali` or `gregorian`.
    calendar: str | None = None
    #: Of a table: its rows, cell by cell.
    rows: list[list[ShownAnswer]] = []


class FilledForm(Answer):
    """What a ticket's form was answered with, by the ticket's own version."""

    id: str
    version: int
    title: dict[str, str]
    answers: list[ShownAnswer]

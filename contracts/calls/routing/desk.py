"""What routing can be asked of the desk's own tools: standard answers and drafts."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from contracts.calls.base import Answer, Code, Line, Request, Slug, Text

#: What a standard answer is written for.
Use = Literal["answer", "ask", "note"]
#: What a text is sent with, so that it is sent once; empty where nothing is sent.
DraftKey = Annotated[str, Meta(max_length=64)]


class DefineMacro(Request):
    """Command `define_macro`: a standard answer in both languages. Answers `Macro`.

    A text may name `{requester}`, `{code}`, `{title}`, `{owner}` and `{unit}`, which are filled in
    when it is used.
    """

    id: Slug
    title: dict[Literal["fa", "en"], Line]
    text: dict[Literal["fa", "en"], Text]
    use: Use = "answer"
    #: For this unit and those below it; absent: for everybody.
    unit: Slug | None = None
    active: bool = True


class Macro(Answer):
    """A standard answer; query `macros` (no parameter) answers [Macro], all of them."""

    id: str
    title: dict[str, str]
    text: dict[str, str]
    use: str
    unit: str | None
    active: bool
    #: How often it was used.
    used: int = 0


class UseMacro(Request):
    """Command `use_macro`: a standard answer filled in for a ticket. Answers `FilledIn`.

    `words` are those that routing does not know: `requester` and `title`.
    """

    id: Slug
    code: Code
    words: dict[Literal["requester", "title"], str] = {}


class FilledIn(Answer):
    """A standard answer as it reads for one ticket, in its requester's language."""

    id: str
    use: str
    language: str
    text: str


class SaveDraft(Request):
    """Command `save_draft`: what the caller is writing about a ticket.

    `key` is the one that the text will be sent with. Answers `Draft`; null where it was sent before
    this came, and nothing is kept.
    """

    code: Code
    text: Annotated[str, Meta(max_length=20_000)]
    use: Use = "answer"
    key: DraftKey = ""


class GetDraft(Request):
    """Query `draft`: answers `Draft` or null."""

    code: Code


class DropDraft(Request):
    """Command `drop_draft`: forget it. With the `key` that its text was sent with, for good."""

    code: Code
    key: DraftKey = ""


class Draft(Answer):
    """What somebody was writing; query `drafts` (no parameter) answers all of the caller's."""

    code: str
    use: str
    text: str
    at: datetime

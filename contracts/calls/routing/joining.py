"""What routing can be asked about tickets that belong together."""

from contracts.calls.base import Answer, Code, Request


class GetRelated(Request):
    """Query `related`; answers `Related`."""

    code: Code


class RelatedTicket(Answer):
    """Another ticket; how it stands is absent where the caller may not read it."""

    code: str
    #: `parent`, `child`, `merged`, `merged_into`, or the relation of a link such as `duplicate_of`.
    relation: str
    state: str | None = None
    priority: int | None = None
    owner: str | None = None
    assignee: str | None = None


class OpenPassage(Answer):
    """Something that is still being passed on to the tickets that belong to this one."""

    what: str
    by: str
    tickets: int


class Related(Answer):
    """The tickets that belong together with one, its own first children first."""

    tickets: list[RelatedTicket]
    passages: list[OpenPassage]

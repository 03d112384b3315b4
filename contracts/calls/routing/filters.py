"""What routing keeps of how somebody looks at lists of tickets."""

from typing import Annotated, Literal

from msgspec import Meta

from contracts.calls.base import Answer, Line, Request, Slug

#: Which list it narrows and orders.
ListName = Literal["inbox", "tickets"]


class SaveFilter(Request):
    """Command `save_filter`: keep what a list's address asks for. Answers `SavedFilter`.

    An id is the caller's own: two people may use the same.
    """

    id: Slug
    name: Line
    list: ListName
    #: `state=new&priority=1`, as the list's address has it.
    query: Annotated[str, Meta(max_length=2000, pattern=r"^[!-~]*$")]
    #: Colleagues of the caller's unit see it, too.
    shared: bool = False
    #: The smallest comes first.
    position: Annotated[int, Meta(ge=0, le=1000)] = 0


class SavedFilter(Answer):
    """Query `filters` (no parameter): one's own in their order, then what colleagues share."""

    id: str
    name: str
    list: ListName
    query: str
    shared: bool
    position: int
    #: Id of the person whose it is.
    owner: str


class DropFilter(Request):
    """Command `drop_filter`: forget one of one's own. Answers whether there was one."""

    id: Slug

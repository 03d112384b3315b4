"""How a ticket belongs together with others, as it itself knows it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from contracts.envelope import ContentRef
from contracts.routing.joining import Passed, Relation

#: One incident may have so many children: their codes are part of its state.
MOST_CHILDREN = 5000


class Passage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that befell the ticket and is still being carried to those that belong to it."""

    id: str
    what: Passed
    by: str
    at: datetime
    text: ContentRef | None = None
    result: str | None = None


class Ties(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Links, parent and children, what it was merged into and what was merged into it.

    A child says itself whose child it is: among `children` and `merged` there may be tickets that
    never became so.
    """

    links: dict[str, Relation] = {}
    parent: str | None = None
    children: tuple[str, ...] = ()
    merged_into: str | None = None
    merged: tuple[str, ...] = ()
    passages: tuple[Passage, ...] = ()

    @property
    def dependants(self) -> tuple[str, ...]:
        """Whom an answer of this ticket is told too."""
        return self.children + self.merged

    def reach(self, passage: Passage) -> tuple[str, ...]:
        """Give the tickets that a passage is carried to."""
        if passage.what == "message":
            return (self.merged_into,) if self.merged_into else ()
        if passage.what == "split":
            return tuple(code for code, how in self.links.items() if how == "split_from")
        return self.dependants if passage.what == "answer" else self.children


def index(ties: Ties) -> dict[str, Any]:
    """Give what tickets with something to carry are found by; nothing for all others."""
    return {"passing": True} if ties.passages else {}

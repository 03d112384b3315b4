"""What actions take that end a ticket."""

# msgspec hands `frozen` down to subclasses, which mypy's view of dataclasses does not.
# mypy: disable-error-code="misc"

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta

from contracts.calls.base import Code, Slug, Text
from services.routing.actions.base import Arguments, Foreign, Reason


class Decline(Arguments):
    """An action that must say why; the requester is told."""

    texts = ("reason",)
    reason: Text


class Done(Arguments):
    """The work is done; the owner may answer with it."""

    texts = ("answer",)
    result: Slug = "solved"
    answer: Text | None = None
    #: Whether the children are done with it.
    children: bool = False


class Approve(Arguments):
    """Be content with what was done."""

    #: Whether the children end with it.
    children: bool = False


class Finish(Arguments):
    """End without an approval."""

    result: Slug = "solved"
    #: Whether the children end with it.
    children: bool = False


class Rate(Arguments):
    """Say how good the result was."""

    texts = ("comment",)
    score: Annotated[int, Meta(ge=1, le=5)]
    comment: Text | None = None


class Merge(Arguments):
    """End as a part of another ticket."""

    into: Code


class HandOff(Arguments):
    """Give the ticket to another system."""

    to: Slug
    reference: Foreign


#: By action.
ARGUMENTS: Mapping[str, type[Arguments]] = {
    "done": Done,
    "approve": Approve,
    "send-back": Reason,
    "finish": Finish,
    "decline": Decline,
    "withdraw": Reason,
    "rate": Rate,
    "reopen": Reason,
    "merge": Merge,
    "hand-off": HandOff,
}

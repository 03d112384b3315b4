"""What actions take that give work to somebody or pass it on."""

# msgspec hands `frozen` down to subclasses, which mypy's view of dataclasses does not.
# mypy: disable-error-code="misc"

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta

from contracts.calls.base import Slug, Text
from services.routing.actions.base import Arguments, Plain, Reason, Tier


class Assign(Arguments):
    """Give the work to a person."""

    person: Slug
    unit: Slug | None = None
    #: Also while he is not there.
    force: bool = False


class Refer(Arguments):
    """Pass the work on; it must come back."""

    texts = ("reason",)
    unit: Slug
    person: Slug | None = None
    tier: Tier | None = None
    reason: Text | None = None


class Return(Arguments):
    """Give referred work back, with a proposed answer or without."""

    texts = ("proposal",)
    proposal: Text | None = None


class Prioritise(Arguments):
    """Set the priority: 1 (highest) to 5."""

    priority: Annotated[int, Meta(ge=1, le=5)]


#: By action.
ARGUMENTS: Mapping[str, type[Arguments]] = {
    "assign": Assign,
    "claim": Plain,
    "refer": Refer,
    "escalate": Reason,
    "return": Return,
    "prioritise": Prioritise,
}

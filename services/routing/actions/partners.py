"""What actions take that give work to a partner outside, or speak with it."""

# msgspec hands `frozen` down to subclasses, which mypy's view of dataclasses does not.
# mypy: disable-error-code="misc"

from __future__ import annotations

from collections.abc import Mapping

from contracts.calls.base import Slug, Text
from services.routing.actions.base import Arguments, Foreign, Reason


class HandOff(Arguments):
    """Give the work to a partner; or the ticket to a system that is none, under its reference."""

    texts = ("reason",)
    to: Slug
    reference: Foreign | None = None
    reason: Text | None = None


class TellPartner(Arguments):
    """Write to the partner who has the work."""

    texts = ("text",)
    text: Text


#: By action.
ARGUMENTS: Mapping[str, type[Arguments]] = {
    "hand-off": HandOff,
    "tell-partner": TellPartner,
    "recall": Reason,
}

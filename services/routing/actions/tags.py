"""What the action takes that says what a ticket is about."""

# msgspec hands `frozen` down to subclasses, which mypy's view of dataclasses does not.
# mypy: disable-error-code="misc"

from __future__ import annotations

from collections.abc import Mapping

from contracts.calls.routing.rules import Tags
from services.routing.actions.base import Arguments


class Tag(Arguments):
    """Put tags on the ticket, and take others off."""

    add: Tags = []
    remove: Tags = []


#: By action.
ARGUMENTS: Mapping[str, type[Arguments]] = {"tag": Tag}

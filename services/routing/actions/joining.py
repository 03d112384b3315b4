"""What actions take that tell how tickets belong together."""

# msgspec hands `frozen` down to subclasses, which mypy's view of dataclasses does not.
# mypy: disable-error-code="misc"

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from contracts.calls.base import Code
from services.routing.actions.base import Arguments


class Link(Arguments):
    """Say how the ticket stands to another one."""

    to: Code
    #: That one was split off from another, registering says.
    relation: Literal["related", "duplicate_of", "duplicated_by", "caused_by", "causes"] = "related"


class Unlink(Arguments):
    """Take a link back, from whichever end."""

    to: Code


class Attach(Arguments):
    """Make the ticket a child."""

    parent: Code


class Detach(Arguments):
    """Let the ticket go its own way again."""


#: By action.
ARGUMENTS: Mapping[str, type[Arguments]] = {
    "link": Link,
    "unlink": Unlink,
    "attach": Attach,
    "detach": Detach,
}

"""What every service that hears events can be asked about those it could not apply.

The chassis offers these calls; their classes there need Nameko, which the gateway does without.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from contracts.calls.base import Answer, Request

#: The services that hear events.
SERVICES: Final = ("routing", "sla", "notify", "reporting")


class ListStuck(Request):
    """Query `stuck_list`."""

    lagging: bool = False


class StuckId(Request):
    """Commands `stuck_retry` and `stuck_skip`."""

    id: str


class StuckRow(Answer):
    """A stream of which an event could not be applied."""

    id: str
    source: str
    stream: str
    reason: str
    attempts: int
    #: False while it is still being tried.
    stuck: bool
    since: datetime
    next_at: datetime

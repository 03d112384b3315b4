"""What every service with a journal can be asked, and every one that hears events.

`journal_read` and `journal_heads` are for other services; `journal_log` needs the right
`event.read`, the others `system.operate`.
"""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from contracts.calls.base import Answer, Position, Request
from contracts.envelope import CloudEvent


class ReadStreams(Request, frozen=True, kw_only=True):
    """Query `journal_read`: the events of streams beyond a sequence each; {stream: events}."""

    after: Annotated[dict[str, Position], Meta(max_length=500)]


class ReadLog(Request, frozen=True, kw_only=True):
    """Query `journal_log`: what comes after a position."""

    after: Position = 0
    limit: Annotated[int, Meta(ge=1, le=5000)] = 500
    #: No event, only where the log ends now; for who follows it from here on.
    tail: bool = False


class ReadHeads(Request, frozen=True, kw_only=True):
    """Query `journal_heads`: which streams have something after a position."""

    after: Position = 0
    limit: Annotated[int, Meta(ge=1, le=5000)] = 500
    #: Only what was numbered so many seconds ago; the younger is on its way through the broker.
    older: Annotated[float, Meta(ge=0)] = 0.0
    #: Only events of these types; None for all.
    types: list[str] | None = None


class Heads(Answer, frozen=True, kw_only=True):
    """The last sequence of what was asked for, of each stream met between two positions."""

    epoch: str
    heads: dict[str, int]
    #: Position up to which this answer speaks.
    next: int
    #: Nothing follows that is old enough.
    end: bool = False


class LogPart(Answer, frozen=True, kw_only=True):
    """Events of one service in its log's order."""

    epoch: str
    events: list[CloudEvent]
    next: int
    #: True when there is nothing beyond `next` now.
    end: bool


class VerifyLog(Request, frozen=True, kw_only=True):
    """Query `journal_verify`: check the hash chains from a position on, a part at a time."""

    after: Position = 0


class Verified(Answer, frozen=True, kw_only=True):
    """What a check of the log found; `faults` is empty when the record is whole."""

    checked: int
    next: int
    end: bool
    faults: list[str]


class ListStuck(Request, frozen=True, kw_only=True):
    """Query `stuck_list`; answers [StuckRow], oldest first."""

    #: Also such as are still being tried.
    lagging: bool = False


class StuckId(Request, frozen=True, kw_only=True):
    """Commands `stuck_retry` and `stuck_skip`."""

    id: str


class StuckRow(Answer, frozen=True, kw_only=True):
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

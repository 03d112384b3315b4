"""The calls that the chassis offers on every service, as the gateway makes them.

Their classes in the chassis need Nameko, which the gateway does without.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

from msgspec import Meta

from contracts.calls.base import Answer, Request
from contracts.envelope import CloudEvent

#: The services that keep a journal, and so a part of the event log.
SOURCES: Final = ("intake", "routing", "sla", "notify")
#: The services that hear events.
HEARERS: Final = ("routing", "sla", "notify", "reporting")


class ListStuck(Request, frozen=True):
    """Query `stuck_list`."""

    lagging: bool = False


class StuckId(Request, frozen=True):
    """Commands `stuck_retry` and `stuck_skip`."""

    id: str


class StuckRow(Answer, frozen=True):
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


class ReadLog(Request, frozen=True):
    """Query `journal_log` of every service with a journal: what comes after a position."""

    after: Annotated[int, Meta(ge=0)] = 0
    limit: Annotated[int, Meta(ge=1, le=5000)] = 500


class LogPart(Answer, frozen=True):
    """Events of one service in its log's order."""

    epoch: str
    events: list[CloudEvent]
    next: int
    end: bool


class VerifyLog(Request, frozen=True):
    """Query `journal_verify`: check the hash chains from a position on, a part at a time."""

    after: Annotated[int, Meta(ge=0)] = 0


class Verified(Answer, frozen=True):
    """What a check of the log found; `faults` is empty when the record is whole."""

    checked: int
    next: int
    end: bool
    faults: list[str]

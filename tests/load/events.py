"""Events to measure with, and commits that hold them: as services write them, without a service."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import msgspec

from chassis.journal.commit import Draft, Stamped, encode
from contracts import Event, event_class
from contracts.schema import example_of
from services.intake.domain import codes


def example(event_type: str, **changes: Any) -> Event:
    """Give an event as contracts/examples has it, with some fields changed."""
    found = json.loads(example_of(event_class(event_type)))
    return msgspec.convert(found["data"] | changes, type=event_class(event_type))


def draw_codes(count: int) -> list[str]:
    """Draw codes of tickets, none of them twice."""
    drawn: dict[str, None] = {}
    while len(drawn) < count:
        drawn[codes.draw()] = None
    return list(drawn)


def commit(stream: str, event: Event, *, version: int = 1, times: int = 1) -> bytes:
    """Give the commit of an event, encoded and hashed; each version has it so many times."""
    now = datetime.now(UTC)
    draft = Draft(
        stream=stream,
        version=version,
        first_seq=(version - 1) * times + 1,
        causes=[f"bench:{version}"],
        cursors={},
        recorded_at=now,
        actor="person:bench",
        events=[Stamped(event, now)] * times,
        prev_hash=b"",
        correlation="0123456789abcdef",
    )
    return encode(draft).raw

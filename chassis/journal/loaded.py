"""A stream as it is held in memory: whole while deciding, in part in lists."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from chassis.journal.commit import events_of

if TYPE_CHECKING:
    from chassis.decisions import Evolution

S = TypeVar("S")


class Loaded(Generic[S]):
    """A stream as the chassis holds it while deciding."""

    __slots__ = ("cursors", "hash", "sequence", "state", "stream", "updated_at", "version")

    def __init__(
        self,
        stream: str,
        state: S,
        *,
        version: int = 0,
        sequence: int = 0,
        hash: bytes = b"",  # noqa: A002 - the field's name in the store
        cursors: dict[str, int] | None = None,
        updated_at: datetime | None = None,
    ) -> None:
        self.stream = stream
        self.state = state
        self.version = version
        self.sequence = sequence
        self.hash = hash
        self.cursors = cursors or {}
        self.updated_at = updated_at

    def after(self, commit: Mapping[str, Any], evolution: Evolution[S]) -> Loaded[S]:
        """Give the stream with one more stored commit folded in."""
        state = self.state
        for event, at in events_of(dict(commit)):
            state = evolution.apply(state, event, at)
        return Loaded(
            self.stream,
            state,
            version=commit["version"],
            sequence=commit["first_seq"] + len(commit["events"]) - 1,
            hash=bytes(commit["hash"]),
            cursors=self.cursors | commit["cursors"],
            updated_at=commit["recorded_at"],
        )


class Snapshot(NamedTuple, Generic[S]):
    """A stream's state as lists show it."""

    stream: str
    version: int
    state: S
    updated_at: datetime

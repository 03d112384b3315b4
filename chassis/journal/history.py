"""A stream's events as they were recorded."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from chassis.journal import commit as commits
from contracts.envelope import Event


class Recorded(NamedTuple):
    """One event of a stream's history."""

    event: Event
    at: datetime
    recorded_at: datetime
    actor: str
    sequence: int
    version: int


def history_of(stored: Iterable[dict[str, Any]]) -> list[Recorded]:
    """Give the events of a stream's commits, in the commits' order."""
    return [step for commit in stored for step in _recorded_in(commit)]


def _recorded_in(commit: dict[str, Any]) -> list[Recorded]:
    """Give the events of a commit."""
    return [
        Recorded(
            event,
            at,
            commit["recorded_at"],
            commit["actor"],
            commit["first_seq"] + offset,
            commit["version"],
        )
        for offset, (event, at) in enumerate(commits.events_of(commit))
    ]

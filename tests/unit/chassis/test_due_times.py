"""Which due times are waited for: the database's, but for what this process knows better."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from eventlet.event import Event

from chassis.timers import DueTimes

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
EARLIER, SOON = NOON - timedelta(seconds=1), NOON + timedelta(seconds=1)


class Snapshots:
    """What the database has, and what this process remembers."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.memory: dict[str, Any] = {}
        self.collection = self

    def find(self, *_query: Any, **_options: Any) -> Iterator[dict[str, Any]]:
        return iter(self.rows)

    def known(self, stream: str) -> Any:
        return self.memory.get(stream)


@pytest.fixture
def snapshots() -> Snapshots:
    return Snapshots()


@pytest.fixture
def due(snapshots: Snapshots) -> Any:
    due: Any = DueTimes(lambda *_arguments: [], None)
    due.aggregates = SimpleNamespace(snapshots=snapshots)
    due.runtime = SimpleNamespace(clock=SimpleNamespace(now=lambda: NOON))
    due._heap, due._due, due._later, due._news = [], {}, {}, Event()
    return due


def test_what_the_database_says_is_due_is_taken(snapshots, due):
    snapshots.rows = [{"_id": "a", "version": 3, "due_at": EARLIER}]

    due._load()

    assert due._take() == {"a": EARLIER}


def test_a_time_that_has_passed_and_is_still_stored_does_not_hide_the_next_one(snapshots, due):
    snapshots.rows = [{"_id": "a", "version": 3, "due_at": EARLIER}]
    snapshots.memory = {"a": SimpleNamespace(version=4)}

    due._hear("a", {"due_at": SOON})
    due._load()

    assert due._take() == {}
    assert due._due == {"a": SOON}


def test_what_another_process_changed_last_counts(snapshots, due):
    snapshots.rows = [{"_id": "a", "version": 5, "due_at": EARLIER}]
    snapshots.memory = {"a": SimpleNamespace(version=4)}

    due._load()

    assert due._take() == {"a": EARLIER}

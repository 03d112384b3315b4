"""What is owed: known by who owes it and sends it, looked for where others may have changed it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from contracts.notify import Particulars
from services.notify.domain.deliveries import Ladder, Ledger
from services.notify.repository import Ledgers
from services.notify.repository import ledgers as repository

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
OWED = {"next_attempt_at": {"sms": NOON}}
LATER = {"next_attempt_at": {"sms": NOON + timedelta(seconds=30)}}


def named(name: str) -> Ledger:
    """Give a ledger that is told from others."""
    return Ledger(requester=name)


class Stored:
    """The snapshots in the database: codes with versions, as far as something is owed."""

    def __init__(self) -> None:
        self.rows: dict[str, int] = {}

    def find(self, query: Mapping[str, Any], _fields: Any, **_options: Any) -> list[dict[str, Any]]:
        passed_over = query["_id"]["$nin"]
        return [
            {"_id": code, "version": version}
            for code, version in self.rows.items()
            if code not in passed_over
        ]


class Tickets:
    """The tickets' ledgers as this process has them in memory, and as the journal has them."""

    def __init__(self) -> None:
        self.stored = Stored()
        self.memory: dict[str, Any] = {}
        self.mended: list[str] = []
        clock = SimpleNamespace(now=lambda: NOON)
        self.journal = SimpleNamespace(runtime=SimpleNamespace(clock=clock, draining=False))
        self.snapshots: Any = SimpleNamespace(
            collection=self.stored, known=self.memory.get, listeners=[]
        )

    def change(self, code: str, version: int, fields: Mapping[str, Any]) -> None:
        """Have this process store a version."""
        self.memory[code] = SimpleNamespace(version=version, state=named(f"{code} as remembered"))
        self.snapshots.listeners[0](code, fields)

    def mend(self, codes: Sequence[str]) -> None:
        self.mended += codes

    def states(self, codes: Sequence[str]) -> dict[str, str]:
        return {code: named(f"{code} as stored") for code in codes}


@pytest.fixture
def tickets() -> Tickets:
    return Tickets()


@pytest.fixture
def ledgers(tickets: Tickets, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(repository, "_LOOK_SECONDS", 0.0)
    ledgers: Any = Ledgers(tickets, ())  # type: ignore[arg-type]
    ledgers.begin()
    return ledgers


def test_what_this_process_owes_needs_no_look_at_the_database(tickets, ledgers):
    tickets.change("a", 1, OWED)

    assert ledgers.due("sms", set(), 10) == ["a"]
    assert ledgers.due("email", set(), 10) == []
    assert ledgers.fresh(["a"]) == {"a": named("a as remembered")}
    assert tickets.mended == []


def test_what_has_been_sent_is_not_due_although_the_database_does_not_know_it_yet(tickets, ledgers):
    tickets.change("a", 1, OWED)
    tickets.stored.rows["a"] = 1

    tickets.change("a", 2, {})

    assert ledgers.due("sms", set(), 10) == []


def test_what_is_to_be_tried_later_waits(tickets, ledgers):
    tickets.change("a", 1, LATER)

    assert ledgers.due("sms", set(), 10) == []


def test_what_another_process_has_changed_is_looked_for_and_read_anew(tickets, ledgers):
    tickets.change("a", 1, {})
    tickets.stored.rows |= {"a": 2, "b": 1}

    assert ledgers.due("sms", set(), 10) == ["a", "b"]
    assert ledgers.fresh(["a", "b"]) == {"a": named("a as stored"), "b": named("b as stored")}
    assert tickets.mended == ["a", "b"]


def test_who_begins_to_send_trusts_nothing_that_he_remembers(tickets, ledgers):
    tickets.change("a", 1, OWED)

    ledgers.begin()

    assert ledgers.due("sms", set(), 10) == []
    assert ledgers.fresh(["a"]) == {"a": named("a as stored")}


def test_a_ladder_is_read_anew_because_others_may_have_taken_note(tickets, ledgers):
    tickets.change("a", 1, OWED)
    ladder = Ladder(id="l", template="sla_breach", particulars=Particulars(), step=1)
    tickets.memory["a"].state = Ledger(ladders={"l": ladder})

    assert ledgers.due("sms", set(), 10) == ["a"]
    assert ledgers.fresh(["a"]) == {"a": named("a as stored")}


def test_what_is_in_hand_is_passed_over(tickets, ledgers):
    tickets.change("a", 1, OWED)
    tickets.stored.rows["b"] = 1

    assert ledgers.due("sms", {"a", "b"}, 10) == []

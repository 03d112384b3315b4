"""Bugs to plant, each where the product guards against it: the simulation has to find them.

A plant puts a careless version in the place of one careful function, for as long as it is in force.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from unittest.mock import patch

import eventlet
import msgspec
from pymongo.errors import DuplicateKeyError

from chassis.bus.inbox import Inbox
from chassis.journal import settling as deciding
from chassis.journal import trial as trying
from chassis.journal.journal import Journal
from chassis.journal.relay import Relay
from chassis.journal.settling import Settling
from chassis.journal.snapshots import Saving
from contracts.notify import NotificationAcknowledged
from contracts.routing import TicketReferred
from services.notify.domain.deliveries import LEDGER
from services.routing.domain.life import TICKETS as CASES
from tests.simulation.shelf import Shelf

Plant = Callable[[], AbstractContextManager[Any]]


@contextmanager
def dropped_dedupe() -> Iterator[None]:
    """Neither cursors nor the journal's causes tell what has been applied."""
    copy = Shelf.copy

    def without_causes(shelf: Shelf) -> Shelf:
        twin = copy(shelf)
        twin.unique = [] if shelf.name == "journal" else twin.unique
        return twin

    def nothing_applied(_inbox: Inbox, _source: str, streams: Any, **_trust: Any) -> dict[str, int]:
        return dict.fromkeys(streams, 0)

    with (
        patch.object(Shelf, "copy", without_causes),
        patch.object(Inbox, "_cursors", nothing_applied),
        patch.object(deciding, "is_applied", lambda _loaded, _intent: False),
        patch.object(trying, "is_applied", lambda _loaded, _intent: False),
    ):
        yield


@contextmanager
def acknowledged_before_commit() -> Iterator[None]:
    """Whoever commits is told that it is stored, while it is only on its way."""
    append = Journal.append

    def hasty(journal: Journal, documents: list[bytes]) -> list[None]:
        eventlet.spawn_n(append, journal, documents)
        return [None] * len(documents)

    with patch.object(Journal, "append", hasty):
        yield


@contextmanager
def lost_owner() -> Iterator[None]:
    """A referral makes routing forget who owns the ticket."""
    referred = CASES._steps[TicketReferred]

    def forgetful(state: Any, event: Any, at: Any) -> Any:
        return msgspec.structs.replace(referred(state, event, at), owner=None)

    with patch.dict(CASES._steps, {TicketReferred: forgetful}):
        yield


@contextmanager
def double_alarm() -> Iterator[None]:
    """What a due time led to is stored behind whatever came first, without deciding again."""
    commit = Settling._commit

    def stubborn(
        settling: Settling[Any], trials: Mapping[str, Any], done: dict[str, Any], when: Saving
    ) -> None:
        commit(settling, trials, done, when)
        for stream, trial in trials.items():
            if stream not in done and all(intent.due_at for intent in trial.applied):
                trial.before = settling._load([stream], fresh=True)[stream]
                commit(settling, {stream: trial}, done, when)

    with patch.object(Settling, "_commit", stubborn):
        yield


@contextmanager
def missed_gap() -> Iterator[None]:
    """An event is applied although one before it is missing."""

    def careless(inbox: Inbox, source: str, runs: Mapping[str, Any]) -> dict[str, Any]:
        cursors = inbox._cursors(source, list(runs), trust_memory=True)
        newer = {
            stream: [event for event in run if event.sequence > cursors[stream]]
            for stream, run in runs.items()
        }
        return {stream: run for stream, run in newer.items() if run}

    with patch.object(Inbox, "_complete", careless):
        yield


@contextmanager
def numbered_twice() -> Iterator[None]:
    """A relay that was fenced off numbers its commits behind those of the other."""
    store = Relay._store

    def unfenced(relay: Relay, raws: list[bytes]) -> None:
        try:
            store(relay, raws)
        except DuplicateKeyError:
            newest = relay.journal.log.find_one(sort=[("_id", -1)])
            relay._position, relay._head = newest["last"], bytes(newest["head"])
            store(relay, raws)

    with patch.object(Relay, "_store", unfenced):
        yield


@contextmanager
def deaf_ladder() -> Iterator[None]:
    """A ladder goes on although somebody has taken note."""
    acknowledged = LEDGER._steps[NotificationAcknowledged]

    def deaf(ledger: Any, event: Any, at: Any) -> Any:
        return msgspec.structs.replace(acknowledged(ledger, event, at), ladders=ledger.ladders)

    with patch.dict(LEDGER._steps, {NotificationAcknowledged: deaf}):
        yield


BUGS: dict[str, Plant] = {
    plant.__name__.replace("_", "-"): plant
    for plant in (
        dropped_dedupe,
        acknowledged_before_commit,
        lost_owner,
        double_alarm,
        missed_gap,
        numbered_twice,
        deaf_ladder,
    )
}

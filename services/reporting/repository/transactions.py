"""Transactions that may be begun again, and an end to those that nobody will end.

A process that is killed in the middle of a transaction leaves it open, and the server lets what it
touched go only after a minute. Whoever collides with one ends it: a transaction of ours is never
idle as long as `_ABANDONED` between two statements, unless its process is gone or frozen.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import BulkWriteError, PyMongoError
from pymongo.read_concern import ReadConcern

from chassis.errors import Unavailable
from chassis.logging import get_logger
from chassis.mongo import DURABLE, is_away

T = TypeVar("T")
log = get_logger()

_ATTEMPTS = 8
_FIRST_PAUSE_SECONDS = 0.01
#: Losing so often in a row is no ordinary race.
_SUSPICIOUS = 3
_ABANDONED = timedelta(seconds=2)
_DUPLICATE_KEY = 11000
_LOST_RACE = ("TransientTransactionError", "UnknownTransactionCommitResult")


def in_transaction(database: Database[dict[str, Any]], work: Callable[[ClientSession], T]) -> T:
    """Do the work in one transaction, from the start again when it lost a race.

    The work must read what it depends on within the session: then beginning again is safe even
    when the outcome of a commit is unknown. Raises Unavailable when MongoDB is away or too busy;
    the inbox then tries the whole batch again.
    """
    try:
        for attempt in range(_ATTEMPTS):
            if attempt:
                longest = _FIRST_PAUSE_SECONDS * 2**attempt
                time.sleep(random.uniform(0, longest))  # noqa: S311 - spreads those who collided
            if attempt == _SUSPICIOUS:
                end_abandoned(database)
            try:
                return _once(database, work)
            except PyMongoError as error:
                if not lost_race(error):
                    raise
    except PyMongoError as error:
        if is_away(error):
            raise Unavailable("database_unavailable", retry_after=1) from error
        raise
    raise Unavailable("contention", retry_after=1)


def _once(database: Database[dict[str, Any]], work: Callable[[ClientSession], T]) -> T:
    with (
        database.client.start_session() as session,
        session.start_transaction(ReadConcern("snapshot"), DURABLE),
    ):
        return work(session)


def lost_race(error: PyMongoError) -> bool:
    """Whether another transaction was first, or it is unknown if this one was."""
    if isinstance(error, BulkWriteError):
        faults = (error.details or {}).get("writeErrors", [])
        return any(fault.get("code") == _DUPLICATE_KEY for fault in faults)
    return any(error.has_error_label(label) for label in _LOST_RACE)


def end_abandoned(database: Database[dict[str, Any]]) -> int:
    """End transactions of our own user that have been idle for too long; gives how many."""
    idle_for = "transaction.timeInactiveMicros"
    found = database.client.admin.aggregate(
        [
            {"$currentOp": {"idleSessions": True}},
            {"$match": {idle_for: {"$gt": _ABANDONED / timedelta(microseconds=1)}}},
        ]
    )
    sessions = [{"id": item["lsid"]["id"]} for item in found]
    if sessions:
        database.client.admin.command("killSessions", sessions)
        log.warning("abandoned_transactions_ended", count=len(sessions))
    return len(sessions)

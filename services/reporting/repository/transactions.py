"""Transactions that may be begun again."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any, TypeVar

from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import BulkWriteError, PyMongoError
from pymongo.read_concern import ReadConcern

from chassis.errors import Unavailable
from chassis.mongo import DURABLE, is_away

T = TypeVar("T")

_ATTEMPTS = 8
_FIRST_PAUSE_SECONDS = 0.01
_DUPLICATE_KEY = 11000
_LOST_RACE = ("TransientTransactionError", "UnknownTransactionCommitResult")


def in_transaction(database: Database[dict[str, Any]], work: Callable[[ClientSession], T]) -> T:
    """Do the work in one transaction, from the start again when it lost a race.

    The work must read what it depends on within the session: then beginning again is safe even
    when the outcome of a commit is unknown. Raises Unavailable when MongoDB is away or too busy;
    the inbox then tries the whole batch again.
    """
    for attempt in range(_ATTEMPTS):
        if attempt:
            longest = _FIRST_PAUSE_SECONDS * 2**attempt
            time.sleep(random.uniform(0, longest))  # noqa: S311 - spreads those who collided
        try:
            return _once(database, work)
        except PyMongoError as error:
            if lost_race(error):
                continue
            if is_away(error):
                raise Unavailable("database_unavailable", retry_after=1) from error
            raise
    raise Unavailable("contention", retry_after=1)


def _once(database: Database[dict[str, Any]], work: Callable[[ClientSession], T]) -> T:
    with database.client.start_session() as session:
        concerns = {"read_concern": ReadConcern("snapshot"), "write_concern": DURABLE}
        with session.start_transaction(**concerns):  # type: ignore[arg-type]
            return work(session)


def lost_race(error: PyMongoError) -> bool:
    """Whether another transaction was first, or it is unknown if this one was."""
    if isinstance(error, BulkWriteError):
        faults = (error.details or {}).get("writeErrors", [])
        return any(fault.get("code") == _DUPLICATE_KEY for fault in faults)
    return any(error.has_error_label(label) for label in _LOST_RACE)

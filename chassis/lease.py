"""Leases: one process at a time does a thing, by the database's clock.

A lease is a convenience that saves double work; what must not happen twice is guarded by unique
keys in the journal and its log, because a process that slept through its lease may wake up in the
middle of what it was doing.
"""

from __future__ import annotations

import os
import secrets
import socket
import time
from typing import TYPE_CHECKING, Any

from pymongo import ReturnDocument
from pymongo.errors import PyMongoError

from chassis.metrics import metric

if TYPE_CHECKING:
    from pymongo.database import Database

#: Names this process in leases and claims.
HOLDER = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


class Lease:
    """The right to be the one who does `name`, for `seconds` unless renewed."""

    def __init__(self, database: Database[dict[str, Any]], name: str, seconds: float = 2.0) -> None:
        self.name = name
        self.seconds = seconds
        self._leases = database["leases"]
        self._until = 0.0
        self._try_at = 0.0

    def held(self) -> bool:
        """Tell whether the lease is ours, by a local look: call it right before what it guards."""
        return time.monotonic() < self._until

    def acquire(self) -> bool:
        """Take or renew the lease where possible; asks the database three times a lease at most."""
        started = time.monotonic()
        if started < self._try_at:
            return self.held()
        self._try_at = started + self.seconds / 3
        try:
            taken = self._take()
        except PyMongoError:
            return self.held()
        # Ours ends a little before the database's: the answer was on its way for a while.
        self._until = started + self.seconds * 0.9 if taken else 0.0
        metric("peygir_lease_held", self.name.partition(":")[0]).set(int(taken))
        return taken

    def _take(self) -> bool:
        free = {"$or": [{"$lt": ["$until", "$$NOW"]}, {"$eq": ["$holder", HOLDER]}]}
        until = {"$add": ["$$NOW", int(self.seconds * 1000)]}
        lease: Any = self._leases.find_one_and_update(
            {"_id": self.name},
            [
                {
                    "$set": {
                        "holder": {"$cond": [free, HOLDER, "$holder"]},
                        "until": {"$cond": [free, until, "$until"]},
                    }
                }
            ],
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        return bool(lease["holder"] == HOLDER)

    def release(self) -> None:
        """Give the lease up, so that another need not wait for its end."""
        self._until = 0.0
        try:
            self._leases.delete_one({"_id": self.name, "holder": HOLDER})
        except PyMongoError:
            return

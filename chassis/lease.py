"""Leases: one process at a time does a thing, by the database's clock.

A lease is a convenience that saves double work; what must not happen twice is guarded by unique
keys in the journal and its log, because a process that slept through its lease may wake up in the
middle of what it was doing.

A process takes and renews all its leases together, three times a lease: by one command where all
are its own, by two where others have some.
"""

from __future__ import annotations

import os
import secrets
import socket
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pymongo import UpdateOne
from pymongo.errors import PyMongoError

from chassis.metrics import metric

if TYPE_CHECKING:
    from pymongo.database import Database

#: Names this process in leases and claims.
HOLDER = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
_NOBODY = {"holder": "", "until": datetime(1970, 1, 1, tzinfo=UTC)}
_FREE = {"$lt": ["$until", "$$NOW"]}


class Lease:
    """The right to be the one who does `name`, for some seconds unless renewed."""

    def __init__(self, leases: Leases, name: str) -> None:
        self.name = name
        self._leases = leases
        self.until = 0.0
        #: How often it was taken: the same as long as it was ours all the time.
        self.term = 0
        #: When the database is to be asked again; when somebody last wanted the lease.
        self.try_at = 0.0
        self.wanted_at = 0.0

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return self._leases.seconds

    def held(self) -> bool:
        """Tell whether the lease is ours, by a local look: call it right before what it guards."""
        return time.monotonic() < self.until

    def acquire(self) -> bool:
        """Take or renew it where possible; the database is asked three times a lease at most."""
        self.wanted_at = time.monotonic()
        if self.wanted_at >= self.try_at:
            self._leases.take()
        return self.held()

    def release(self) -> None:
        """Give the lease up, so that another need not wait for its end."""
        self.until = 0.0
        self._leases.give_up(self.name)


class Leases:
    """The leases that one process wants, each for `seconds`."""

    def __init__(self, database: Database[dict[str, Any]], seconds: float) -> None:
        self.seconds = seconds
        self._rows = database["leases"]
        self._leases: list[Lease] = []

    def lease(self, name: str) -> Lease:
        """Give the one lease of a name, not taken yet."""
        self._leases.append(Lease(self, name))
        return self._leases[-1]

    def take(self) -> None:
        """Take and renew what somebody here has wanted lately.

        Who has stopped asking hangs, and is to lose the lease.
        """
        started = time.monotonic()
        wanted = [item for item in self._leases if started - item.wanted_at < self.seconds]
        for item in wanted:
            item.try_at = started + self.seconds / 3
        try:
            taken = self._take([item.name for item in wanted])
        except PyMongoError:
            return
        for item in wanted:
            item.term += item.name in taken and started >= item.until
            # Ours ends a little before the database's: the answer was on its way for a while.
            item.until = started + self.seconds * 0.9 if item.name in taken else 0.0
            held = metric("peygir_lease_held", item.name.partition(":")[0])
            held.set(int(item.name in taken))

    def give_up(self, name: str) -> None:
        """Let another have a lease at once."""
        try:
            self._rows.update_one({"_id": name, "holder": HOLDER}, {"$set": _NOBODY})
        except PyMongoError:
            return

    def _take(self, names: Sequence[str]) -> set[str]:
        """Take those that are free or ours; gives the names of ours."""
        holders = self._claimed(names)
        missing = [name for name in names if name not in holders]
        if missing:
            self._rows.bulk_write(
                [UpdateOne({"_id": name}, {"$setOnInsert": _NOBODY}, True) for name in missing],
                ordered=False,
            )
            holders = self._claimed(names)
        return {name for name, holder in holders.items() if holder == HOLDER}

    def _claimed(self, names: Sequence[str]) -> dict[str, str]:
        """Take those that are free or ours, and give who has which."""
        query = {"_id": {"$in": list(names)}}
        renewed = self._rows.update_many(
            query | {"$expr": {"$or": [_FREE, {"$eq": ["$holder", HOLDER]}]}},
            [
                {
                    "$set": {
                        "holder": HOLDER,
                        "until": {"$add": ["$$NOW", int(self.seconds * 1000)]},
                    }
                }
            ],
        )
        if renewed.matched_count == len(names):
            return dict.fromkeys(names, HOLDER)
        return {row["_id"]: row["holder"] for row in self._rows.find(query, {"holder": 1})}

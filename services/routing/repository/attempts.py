"""Wrong passwords, counted by user name and address together.

Counting both together lets nobody lock somebody else out: an attacker waits ever longer, the person
himself, at another address, does not.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from pymongo import IndexModel
from pymongo.collection import Collection

from chassis.errors import TooMany
from chassis.mongo import make_indexes

_FREE = 3
_LONGEST_SECONDS = 60.0
_FORGOTTEN_AFTER = 3600


class Attempts:
    """The collection `attempts`."""

    def __init__(self, collection: Collection[dict[str, Any]]) -> None:
        self._collection = collection

    def make_indexes(self) -> None:
        """Have old failures forgotten."""
        make_indexes(self._collection, [IndexModel("at", expireAfterSeconds=_FORGOTTEN_AFTER)])

    def wait_seconds(self, username: str, address: str, now: datetime) -> float:
        """Give how long the next attempt has to wait; 0 when it need not."""
        found = self._collection.find_one({"_id": _key(username, address)})
        if found is None:
            return 0.0
        until = found["at"] + timedelta(seconds=_delay(found["failures"]))
        return max(0.0, (until - now).total_seconds())

    def wait(self, username: str, address: str, now: datetime) -> None:
        """Raise TooMany while the next attempt has to wait."""
        seconds = self.wait_seconds(username, address, now)
        if seconds > 0:
            raise TooMany("too_many_attempts", retry_after=seconds)

    def count(self, username: str, address: str, now: datetime) -> None:
        """Count a failure."""
        self._collection.update_one(
            {"_id": _key(username, address)},
            {"$inc": {"failures": 1}, "$set": {"at": now}},
            upsert=True,
        )

    def forget(self, username: str, address: str) -> None:
        """Forget the failures: the right password was given."""
        self._collection.delete_one({"_id": _key(username, address)})


def _delay(failures: int) -> float:
    """Give seconds: none for the first few, then doubling up to a minute."""
    return 0.0 if failures < _FREE else min(2.0 ** (failures - _FREE), _LONGEST_SECONDS)


def _key(username: str, address: str) -> str:
    return hashlib.blake2b(f"{username}\0{address}".encode(), digest_size=16).hexdigest()

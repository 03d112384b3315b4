"""Second factors of staff. Each use is one conditional write: no code opens anything twice."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from pymongo.collection import Collection

from services.routing.domain.second_factor import Factor


class Factors:
    """The collection `second_factors`, one document a person."""

    def __init__(self, collection: Collection[dict[str, Any]]) -> None:
        self._collection = collection

    def of(self, person: str) -> Factor | None:
        """Give somebody's factor, confirmed or not."""
        found = self._collection.find_one({"_id": person})
        return msgspec.convert(found, Factor) if found is not None else None

    def having(self, persons: Iterable[str]) -> set[str]:
        """Give those who have confirmed one."""
        wanted = {"_id": {"$in": list(persons)}, "confirmed_at": {"$ne": None}}
        return {found["_id"] for found in self._collection.find(wanted, {"_id": 1})}

    def begin(self, person: str, secret: str) -> None:
        """Keep a new secret; who has confirmed one keeps that."""
        self._collection.delete_one({"_id": person, "confirmed_at": None})
        self._collection.update_one(
            {"_id": person},
            {"$setOnInsert": msgspec.to_builtins(Factor(secret=secret))},
            upsert=True,
        )

    def confirm(self, person: str, step: int, recovery: Sequence[str], at: datetime) -> bool:
        """Switch it on; False where somebody was quicker."""
        done = self._collection.update_one(
            {"_id": person, "confirmed_at": None},
            {"$set": {"confirmed_at": at, "last_step": step, "recovery": list(recovery)}},
        )
        return done.modified_count == 1

    def use_step(self, person: str, step: int) -> bool:
        """Use a code up; False where it, or a later one, was used before."""
        done = self._collection.update_one(
            {"_id": person, "last_step": {"$lt": step}}, {"$set": {"last_step": step}}
        )
        return done.modified_count == 1

    def use_recovery(self, person: str, hashed: str) -> bool:
        """Use a recovery code up; False where there is no such one."""
        done = self._collection.update_one(
            {"_id": person, "recovery": hashed}, {"$pull": {"recovery": hashed}}
        )
        return done.modified_count == 1

    def drop(self, person: str) -> None:
        """Forget it."""
        self._collection.delete_one({"_id": person})

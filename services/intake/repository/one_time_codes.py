"""Sheets: the one-time codes that were asked for each contact within a day.

A sheet is changed as a whole and only over the version that was read: of two who try a code at the
same moment, one reads again what the other has counted. The codes themselves are not here.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec
from pymongo import IndexModel
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

from chassis.errors import Unavailable
from chassis.mongo import make_indexes
from services.intake.domain.one_time import Asked, Sheet

R = TypeVar("R")

_KEPT = timedelta(days=1)
_ROUNDS = 8
_TO_TELL: dict[str, Any] = {"untold": {"$gt": ""}}


class OneTimeCodes:
    """The collection `one_time_codes`, by contact."""

    def __init__(self, collection: Collection[dict[str, Any]]) -> None:
        self._collection = collection

    def make_indexes(self) -> None:
        """Find sheets by code and those to be told of; let the database forget old ones."""
        make_indexes(
            self._collection,
            [
                IndexModel("asked.id"),
                IndexModel("untold", partialFilterExpression=_TO_TELL),
                IndexModel("forget_at", expireAfterSeconds=0),
            ],
        )

    def ask(self, contact: str, change: Callable[[Sheet], Sheet], now: datetime) -> Sheet:
        """Add a code to a contact's sheet; raises what the change raises, or Unavailable."""
        for _round in range(_ROUNDS):
            found = self._collection.find_one({"_id": contact})
            sheet = _read(found) if found else Sheet(contact=contact)
            changed = change(sheet)
            if changed is sheet or self._replace(changed, found, now, new=changed.asked[-1].id):
                return changed
        raise Unavailable("contention", retry_after=1)

    def use(
        self, id_: str, change: Callable[[Sheet], tuple[Sheet, R]], now: datetime
    ) -> tuple[Sheet | None, R | None]:
        """Change the sheet that has a code; gives it with what the change gave, or None twice."""
        for _round in range(_ROUNDS):
            found = self._collection.find_one({"asked.id": id_})
            if found is None:
                return None, None
            sheet = _read(found)
            changed, result = change(sheet)
            if changed is sheet or self._replace(changed, found, now):
                return changed, result
        raise Unavailable("contention", retry_after=1)

    def having(self, ids: Iterable[str]) -> list[Sheet]:
        """Give the sheets that have some of the codes."""
        return [_read(each) for each in self._collection.find({"asked.id": {"$in": list(ids)}})]

    def untold(self, limit: int) -> list[tuple[Sheet, Asked]]:
        """Give codes that nobody has been told of yet."""
        found = self._collection.find(_TO_TELL, limit=limit)
        return [
            (sheet, asked)
            for sheet, untold in ((_read(each), each["untold"]) for each in found)
            for asked in sheet.asked
            if asked.id in untold
        ]

    def mark_told(self, ids: Iterable[str]) -> None:
        """Note that their requesters' streams tell of them, or nobody's does."""
        told = list(ids)
        if told:
            self._collection.update_many(
                {"untold": {"$in": told}}, {"$pull": {"untold": {"$in": told}}}
            )

    def _replace(
        self, sheet: Sheet, found: dict[str, Any] | None, now: datetime, *, new: str | None = None
    ) -> bool:
        """Store a sheet over what was found; False where that has changed meanwhile."""
        fields = {"asked": _asked(sheet), "forget_at": now + _KEPT}
        if found is None:
            first = {"_id": sheet.contact, "version": 1, "untold": [new], **fields}
            try:
                self._collection.insert_one(first)
            except DuplicateKeyError:
                return False
            return True
        change: dict[str, Any] = {"$set": fields, "$inc": {"version": 1}}
        if new is not None:
            change["$push"] = {"untold": new}
        known = {"_id": sheet.contact, "version": found["version"]}
        return self._collection.update_one(known, change).matched_count == 1


def _read(found: dict[str, Any]) -> Sheet:
    return msgspec.convert({"contact": found["_id"], "asked": found["asked"]}, Sheet)


def _asked(sheet: Sheet) -> Any:
    return msgspec.to_builtins(sheet.asked, builtin_types=(datetime,))

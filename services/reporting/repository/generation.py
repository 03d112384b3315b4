"""One whole set of facts and roll-ups."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

from pymongo import IndexModel
from pymongo.client_session import ClientSession
from pymongo.database import Database

from chassis.mongo import make_indexes
from services.reporting.domain.rollups import Measures
from services.reporting.handlers import Learned, Remembered
from services.reporting.repository.documents import (
    STRIPE,
    Document,
    increment,
    read,
    replacement,
)


class Selection(NamedTuple):
    """Which rows to sum, and what to tell apart beside their parts: `value`, `day` or nothing."""

    cube: str
    dimension: str
    since: date | None = None
    until: date | None = None
    per: str | None = None

    def query(self) -> Document:
        """Give the MongoDB query."""
        limits = {"$gte": self.since, "$lte": self.until}
        days = {name: limit.isoformat() for name, limit in limits.items() if limit is not None}
        return {"cube": self.cube, "by": self.dimension, **({"day": days} if days else {})}


class Generation:
    """The collections of one generation."""

    def __init__(self, database: Database[Document], number: int) -> None:
        self.number = number
        self.facts = database[f"facts_{number}"]
        self.rollups = database[f"rollups_{number}"]
        self.progress = database[f"progress_{number}"]

    def make_indexes(self) -> None:
        """Make the indexes where they are missing."""
        make_indexes(self.rollups, [IndexModel([("cube", 1), ("by", 1), ("day", 1)])])
        make_indexes(self.progress, [IndexModel("until_event_at")])

    def drop(self) -> None:
        """Forget everything."""
        for collection in (self.facts, self.rollups, self.progress):
            collection.drop()

    def cursors(self, source: str, streams: Sequence[str]) -> dict[str, int]:
        """Give the last sequence applied of each stream that is known."""
        found = self.facts.find({"_id": {"$in": list(streams)}}, {f"cursors.{source}": 1})
        return {item["_id"]: item.get("cursors", {}).get(source, 0) for item in found}

    def load(self, streams: Iterable[str], session: ClientSession) -> dict[str, Remembered]:
        """Give what is remembered of each stream; unknown ones come empty."""
        names = list(streams)
        found = self.facts.find({"_id": {"$in": names}}, session=session)
        known = {item["_id"]: read(item) for item in found}
        return {name: known.get(name) or Remembered(stream=name) for name in names}

    def save(self, learned: Learned, session: ClientSession) -> None:
        """Store what was learned; only within one transaction with `load` does it count once."""
        if learned.changed:
            writes = [replacement(memory) for memory in learned.changed]
            self.facts.bulk_write(writes, ordered=False, session=session)
        if learned.change:
            sums = [increment(key, measures) for key, measures in learned.change.items()]
            self.rollups.bulk_write(sums, ordered=False, session=session)
        if learned.changed and learned.until is not None:
            newest = {"$max": {"until_event_at": learned.until}}
            self.progress.update_one({"_id": STRIPE}, newest, upsert=True, session=session)

    def skip(self, stream: str, source: str, sequence: int, session: ClientSession) -> None:
        """Move a cursor over one event without learning from it."""
        moved = {"$max": {f"cursors.{source}": sequence}}
        self.facts.update_one({"_id": stream}, moved, upsert=True, session=session)

    def until(self) -> datetime | None:
        """Give the time of the newest event that the figures know of."""
        newest = self.progress.find_one(sort=[("until_event_at", -1)])
        return newest["until_event_at"] if newest else None

    def sums(
        self, selection: Selection, measures: Sequence[str]
    ) -> dict[tuple[str, str], Measures]:
        """Sum rows by what the selection tells apart, and by part; all measures when none is named.

        Named measures are summed by the database.
        """
        if not measures:
            return self._sum_here(selection)
        per = f"${selection.per}" if selection.per else ""
        sums: Document = {name: {"$sum": f"$measures.{name}"} for name in measures}
        group = {"_id": {"group": per, "part": "$part"}, **sums}
        found = self.rollups.aggregate([{"$match": selection.query()}, {"$group": group}])
        return {
            (item["_id"]["group"], item["_id"]["part"]): _plain(item, measures) for item in found
        }

    def _sum_here(self, selection: Selection) -> dict[tuple[str, str], Measures]:
        """Sum measures whose names only the rows know, such as the buckets of a spread."""
        groups: dict[tuple[str, str], Measures] = {}
        for item in self.rollups.find(selection.query()):
            label = item[selection.per] if selection.per else ""
            sums = groups.setdefault((label, item["part"]), {})
            for name, amount in item["measures"].items():
                sums[name] = sums.get(name, 0) + int(amount)
        return groups


def _plain(item: Document, measures: Sequence[str]) -> Measures:
    """Give sums as plain numbers: the driver has a kind of its own for those above 32 bits."""
    return {name: int(item[name]) for name in measures}

"""Where the ledgers are found: the only file that knows how they are stored."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from pymongo import IndexModel
from pymongo.errors import PyMongoError

from chassis.errors import Unavailable
from chassis.journal.aggregates import Aggregates, Intent
from services.notify.domain import attempts, receipts
from services.notify.domain.attempts import Attempts, Result
from services.notify.domain.deliveries import Ledger, receipt_key
from services.notify.domain.notices import CHANNELS
from services.notify.domain.receipts import Reported

ACTOR = "system:notify"
_LOOK_SECONDS = 0.5

#: Sparse: a ticket about which nothing is owed costs no entry.
INDEXES = (
    *(IndexModel([(f"next_attempt_at.{channel}", 1)], sparse=True) for channel in CHANNELS),
    IndexModel([("open_receipts.reference", 1)], sparse=True),
    IndexModel([("open_receipts.sent_at", 1)], sparse=True),
)


class Ledgers:
    """The ledgers as the sender needs them; every method raises Unavailable."""

    def __init__(self, aggregates: Aggregates[Ledger], pauses: tuple[float, ...]) -> None:
        self._aggregates = aggregates
        self._pauses = pauses
        #: Channels on which this process owes something since the last look, and when that was.
        self._news: set[str] = set()
        self._looked_at: dict[str, float] = {}
        aggregates.snapshots.on_saved = self._hear

    @property
    def draining(self) -> bool:
        """Whether the process is about to stop."""
        return self._aggregates.journal.runtime.draining

    def now(self) -> datetime:
        """Give the database's time."""
        return self._aggregates.journal.runtime.clock.now()

    def due(self, channel: str, passing_over: Collection[str], most: int) -> list[str]:
        """Give the tickets about which something is owed now, what waits longest first.

        What other processes owe, and what is to be tried again, is looked for now and then.
        """
        started = time.monotonic()
        if channel not in self._news and started - self._looked_at.get(channel, 0) < _LOOK_SECONDS:
            return []
        self._news.discard(channel)
        self._looked_at[channel] = started
        field = f"next_attempt_at.{channel}"
        query = {field: {"$lte": self.now()}, "_id": {"$nin": list(passing_over)}}
        codes = self._codes(query, most, sort=[(field, 1)])
        if len(codes) == most:
            self._news.add(channel)
        return codes

    def _hear(self, _code: str, fields: Mapping[str, Any]) -> None:
        self._news.update(fields.get("next_attempt_at", ()))

    def fresh(self, codes: Sequence[str]) -> dict[str, Ledger]:
        """Give the ledgers as the journal has them.

        A snapshot may be behind, and a message that it shows as owed may have been sent.
        """
        with _database():
            self._aggregates.mend(codes)
            return self._aggregates.states(codes)

    def record(self, results: Mapping[str, Sequence[Result]]) -> set[str]:
        """Store what became of attempts, by ticket; gives the tickets that were not stored."""
        now = self.now()
        work = {
            code: [
                Intent(
                    attempts.settle,
                    Attempts(results=list(mine), pauses=self._pauses),
                    f"attempt:{mine[0].delivery}:{int(now.timestamp() * 1000)}",
                    now,
                    ACTOR,
                )
            ]
            for code, mine in results.items()
        }
        with _database():
            outcomes = self._aggregates.settle(work)
        return {code for code, outcome in outcomes.items() if outcome.error is not None}

    def report(self, reports: Sequence[Reported]) -> int:
        """Store what a provider says of its messages; gives of how many that was news."""
        told = {receipt_key(report.provider, report.reference): report for report in reports}
        now = self.now()
        with _database():
            work = {
                code: [
                    Intent(receipts.take_receipt, told[key], f"receipt:{key}", now, ACTOR)
                    for key in keys
                ]
                for code, keys in self._sent(list(told)).items()
            }
            outcomes = self._aggregates.settle(work)
        for outcome in outcomes.values():
            if outcome.error is not None:
                raise outcome.error
        return sum(len(outcome.events) for outcome in outcomes.values())

    def awaiting_receipt(
        self, provider: str, since: datetime, until: datetime, most: int
    ) -> Iterator[str]:
        """Give the references of messages sent in a period whose fate is still open."""
        within = {"open_receipts": {"$elemMatch": {"sent_at": {"$gte": since, "$lt": until}}}}
        codes = self._codes(within, most)
        with _database():
            ledgers = self._aggregates.states(codes)
        for ledger in ledgers.values():
            for delivery in ledger.awaiting_receipt(provider):
                if since <= delivery.updated_at < until:
                    yield delivery.reference or ""

    def _sent(self, keys: Sequence[str]) -> dict[str, list[str]]:
        """Give by ticket which of the messages, named by their receipts' keys, are open there."""
        query = {"open_receipts.reference": {"$in": keys}}
        found = self._aggregates.snapshots.collection.find(query, {"open_receipts.reference": 1})
        wanted = set(keys)
        return {
            item["_id"]: [
                open_["reference"]
                for open_ in item["open_receipts"]
                if open_["reference"] in wanted
            ]
            for item in found
        }

    def _codes(
        self, query: Mapping[str, object], most: int, sort: Sequence[tuple[str, int]] | None = None
    ) -> list[str]:
        with _database():
            found = self._aggregates.snapshots.collection.find(
                query, {"_id": 1}, sort=sort, limit=most
            )
            return [item["_id"] for item in found]


@contextmanager
def _database() -> Iterator[None]:
    try:
        yield
    except PyMongoError as error:
        raise Unavailable("database_unavailable", retry_after=1) from error

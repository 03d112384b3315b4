"""Where the ledgers are found: the only file that knows how they are stored."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from pymongo import IndexModel

from chassis.journal import Aggregates, Saving
from chassis.journal.intents import Intent
from chassis.journal.loaded import Loaded
from chassis.recent import Recent
from chassis.shown import Figures
from contracts.notify import NotificationDelivered, NotificationFailed
from services.notify.domain import attempts, receipts
from services.notify.domain.attempts import Attempts, Result
from services.notify.domain.deliveries import Ledger, receipt_key
from services.notify.domain.notices import CHANNELS
from services.notify.domain.receipts import Reported
from services.notify.repository.reach import database

ACTOR = "system:notify"
#: How often to look for what other processes owe, and for what is to be tried again.
_LOOK_SECONDS = 0.5
#: Tickets and references that are remembered, at least.
_REMEMBERED = 5_000
_MOST_OWED = 20_000
#: Ledgers that are read together.
_PART = 500
#: Before everything; so the database sees that an index holds what is asked for.
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

#: Sparse: a ticket about which nothing is owed costs no entry.
INDEXES = (
    *(IndexModel([(f"next_attempt_at.{channel}", 1)], sparse=True) for channel in CHANNELS),
    IndexModel([("open_receipts.reference", 1)], sparse=True),
    IndexModel([("open_receipts.sent_at", 1)], sparse=True),
    IndexModel([("due_at", 1)], sparse=True),
    IndexModel([("digests", 1)], sparse=True),
)


class Ledgers:
    """The ledgers as the sender needs them; every method raises Unavailable."""

    def __init__(
        self,
        aggregates: Aggregates[Ledger],
        pauses: tuple[float, ...],
        pauses_by: Mapping[str, tuple[float, ...]] = MappingProxyType({}),
    ) -> None:
        self._aggregates = aggregates
        self._pauses = pauses
        self._pauses_by = dict(pauses_by)
        self._snapshots = aggregates.snapshots
        #: What this process owes, by channel and ticket: when it is to be sent.
        self._owed: dict[str, dict[str, datetime]] = {channel: {} for channel in CHANNELS}
        #: Tickets that this process changed last, as far as it knows, since it is who sends.
        self._mine: Recent[str, bool] = Recent(_REMEMBERED)
        #: Messages whose fate is open, by their receipt's key: of which ticket.
        self._open: Recent[str, str] = Recent(_REMEMBERED)
        self._looked_at: dict[str, float] = {}
        self._snapshots.listeners.append(self._hear)

    @property
    def draining(self) -> bool:
        """Whether the process is about to stop."""
        return self._aggregates.journal.runtime.draining

    def now(self) -> datetime:
        """Give the database's time."""
        return self._aggregates.journal.runtime.clock.now()

    def begin(self) -> None:
        """Be the one who sends from now on: somebody else may have sent what was owed till now."""
        self._mine.clear()
        for owed in self._owed.values():
            owed.clear()
        self._looked_at.clear()

    def due(self, channel: str, passing_over: Collection[str], most: int) -> list[str]:
        """Give the tickets about which something is owed now, what waits longest first.

        What this process owes it knows; what others do is looked for now and then.
        """
        now, found = self.now(), {}
        if time.monotonic() - self._looked_at.get(channel, 0) >= _LOOK_SECONDS:
            self._looked_at[channel] = time.monotonic()
            found = dict.fromkeys(self._look(channel, now, passing_over, most))
        for code, at in self._owed[channel].items():
            if at <= now and code not in passing_over:
                found[code] = None
        return list(found)[:most]

    def figures(self) -> Figures:
        """Count by channel what is to be sent, and tell how long the first of it has waited."""
        now = self.now()
        waiting: dict[tuple[str, ...], float] = {}
        oldest: dict[tuple[str, ...], float] = {}
        for channel in CHANNELS:
            field = f"next_attempt_at.{channel}"
            owed = {field: {"$gt": _LONG_AGO}}
            with database():
                waiting[channel,] = self._snapshots.collection.count_documents(owed)
                first = self._snapshots.collection.find_one(owed, {field: 1}, sort=[(field, 1)])
            at = first["next_attempt_at"][channel] if first else now
            oldest[channel,] = max(0.0, (now - at).total_seconds())
        return {
            "peygir_deliveries_waiting": waiting,
            "peygir_deliveries_oldest_seconds": oldest,
        }

    def _look(
        self, channel: str, now: datetime, passing_over: Collection[str], most: int
    ) -> list[str]:
        """Look for what the database has and this process does not know better."""
        field = f"next_attempt_at.{channel}"
        query = {field: {"$lte": now}, "_id": {"$nin": list(passing_over)}}
        with database():
            found = list(
                self._snapshots.collection.find(
                    query, {"version": 1}, sort=[(field, 1)], limit=most
                )
            )
        newer = []
        for item in found:
            known = self._remembered(item["_id"])
            if known is None or known.version < item["version"]:
                self._mine.keep(item["_id"], False)
                newer.append(item["_id"])
        return newer

    def _remembered(self, code: str) -> Loaded[Ledger] | None:
        return self._snapshots.known(code) if self._mine.get(code) else None

    def _hear(self, code: str, fields: Mapping[str, Any]) -> None:
        self._mine.keep(code, True)
        due = fields.get("next_attempt_at", {})
        for channel, owed in self._owed.items():
            if channel not in due:
                owed.pop(code, None)
            elif len(owed) < _MOST_OWED:
                owed[code] = due[channel]
        for receipt in fields.get("open_receipts", ()):
            self._open.keep(receipt["reference"], code)

    def fresh(self, codes: Sequence[str]) -> dict[str, Ledger]:
        """Give the ledgers as the journal has them, as far as sending is concerned.

        A snapshot may be behind, and a message that it shows as owed may have been sent; but not
        by somebody else where this process has been the one who sends ever since it changed it.
        Somebody else may have taken note, though: a ladder is looked at anew before every step.
        """
        mine = {code: self._remembered(code) for code in codes}
        known = {
            code: loaded.state
            for code, loaded in mine.items()
            if loaded is not None and not loaded.state.ladders
        }
        others = [code for code in codes if code not in known]
        if not others:
            return known
        with database():
            self._aggregates.mend(others)
            return known | self._aggregates.states(others)

    def gathered(self, digest: str, most: int) -> dict[str, Ledger]:
        """Give tickets with messages that are part of a digest, as the journal has them."""
        codes = self._codes({"digests": digest}, most)
        found: dict[str, Ledger] = {}
        for start in range(0, len(codes), _PART):
            part = codes[start : start + _PART]
            with database():
                self._aggregates.mend(part)
                found |= self._aggregates.states(part)
        return found

    def record(self, results: Mapping[str, Sequence[Result]]) -> set[str]:
        """Store what became of attempts, by ticket; gives the tickets that were not stored."""
        now = self.now()
        work = {
            code: [
                Intent(
                    attempts.settle,
                    Attempts(results=list(mine), pauses=self._pauses, pauses_by=self._pauses_by),
                    f"attempt:{mine[0].delivery}:{int(now.timestamp() * 1000)}",
                    now,
                    ACTOR,
                )
            ]
            for code, mine in results.items()
        }
        with database():
            outcomes = self._aggregates.settle(work, Saving.LATER)
        return {code for code, outcome in outcomes.items() if outcome.error is not None}

    def report(self, reports: Sequence[Reported]) -> set[str]:
        """Store what a provider says of its messages; gives the references that was news of."""
        told = {receipt_key(report.provider, report.reference): report for report in reports}
        now = self.now()
        with database():
            work = {
                code: [
                    Intent(receipts.take_receipt, told[key], f"receipt:{key}", now, ACTOR)
                    for key in keys
                ]
                for code, keys in self._sent(list(told)).items()
            }
            outcomes = self._aggregates.settle(work, Saving.LATER)
        for outcome in outcomes.values():
            if outcome.error is not None:
                raise outcome.error
        return {
            outcome.state.deliveries[event.delivery].reference
            for outcome in outcomes.values()
            for event in outcome.events
            if isinstance(event, NotificationDelivered | NotificationFailed)
        }

    def awaiting_receipt(
        self, provider: str, since: datetime, until: datetime, most: int
    ) -> Iterator[str]:
        """Give the references of messages sent in a period whose fate is still open."""
        within = {"open_receipts": {"$elemMatch": {"sent_at": {"$gte": since, "$lt": until}}}}
        codes = self._codes(within, most)
        with database():
            ledgers = self._aggregates.states(codes)
        for ledger in ledgers.values():
            for delivery in ledger.awaiting_receipt(provider):
                if since <= delivery.updated_at < until:
                    yield delivery.reference or ""

    def _sent(self, keys: Sequence[str]) -> dict[str, list[str]]:
        """Give by ticket which of the messages, named by their receipts' keys, are open there."""
        sent: dict[str, list[str]] = {}
        wanted = set()
        for key in keys:
            if (code := self._open.get(key)) is not None:
                sent.setdefault(code, []).append(key)
            else:
                wanted.add(key)
        query = {"open_receipts.reference": {"$in": list(wanted)}}
        fields = {"open_receipts.reference": 1}
        for item in self._snapshots.collection.find(query, fields) if wanted else ():
            open_ = {receipt["reference"] for receipt in item["open_receipts"]}
            sent.setdefault(item["_id"], []).extend(sorted(open_ & wanted))
        return sent

    def _codes(self, query: Mapping[str, object], most: int) -> list[str]:
        with database():
            found = self._snapshots.collection.find(query, {"_id": 1}, limit=most)
            return [item["_id"] for item in found]

"""Open clocks follow their calendars: a job that re-plans what an older version still counts.

A ticket that is decided about for any other reason follows at that moment; this finds the rest, by
index and in batches, while alarms go on. A publication is the cause of what it leads to, so that
no ticket follows it twice, whoever does the job.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import eventlet

from chassis.calls.call import own_call
from chassis.lease import Lease
from chassis.logging import get_logger
from chassis.metrics import metric
from contracts.calls.base import Nothing
from contracts.calls.sla import Replanning
from services.sla.domain.clocks import Clocks
from services.sla.domain.finding import edition_name
from services.sla.handlers import follow_calendars

if TYPE_CHECKING:
    from chassis.journal import Aggregates
    from services.sla.reference import Agreements

log = get_logger()
_AT_ONCE = 200


class Follower:
    """Brings tickets to the newest calendars, and tells how many are left."""

    def __init__(self, tickets: Aggregates[Clocks], reference: Agreements) -> None:
        self.tickets = tickets
        self.reference = reference

    def follow(self, lease: Lease) -> None:
        """Re-plan until nothing is left to find, as long as the lease is held."""
        self.reference.refresh()
        query = self._behind()
        left = self._count(query) if query else 0
        after, done = "", 0
        while query and lease.acquire():
            metric("peygir_sla_replanning_left").set(max(0, left - done))
            codes = self._next(query, after)
            if not codes:
                break
            after = codes[-1]
            done += self._replan(codes)
            eventlet.sleep(0)
        if done:
            metric("peygir_sla_replanning_left").set(self._count(query))
            log.info("calendars_followed", tickets=done, number=self.reference.book.number)

    def progress(self) -> Replanning:
        """Tell how many tickets are left, and because of which calendars."""
        self.reference.refresh()
        calendars = {name for name, _ in self.reference.book.superseded()}
        query = self._behind()
        return Replanning(left=self._count(query) if query else 0, calendars=sorted(calendars))

    def _replan(self, codes: list[str]) -> int:
        reference = self.reference
        key = f"publication:{reference.book.number}"
        call = own_call(reference.runtime, "follow_calendars", key)
        outcomes = self.tickets.execute_all(codes, follow_calendars, Nothing(), call)
        return sum(bool(outcome.events) for outcome in outcomes.values())

    def _next(self, query: dict[str, object], after: str) -> list[str]:
        """Give the next tickets, by the index alone."""
        found = self.tickets.snapshots.collection.find(
            {**query, "_id": {"$gt": after}}, {"_id": 1}, sort=[("_id", 1)], limit=_AT_ONCE
        )
        return [item["_id"] for item in found]

    def _behind(self) -> dict[str, object]:
        names = [edition_name(*edition) for edition in self.reference.book.superseded()]
        return {"goes_by": {"$in": names}} if names else {}

    def _count(self, query: dict[str, object]) -> int:
        return self.tickets.snapshots.collection.count_documents(query)

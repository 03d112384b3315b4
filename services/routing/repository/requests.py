"""Past requests as the rules see them: read from the tickets, evenly over a period."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

import msgspec
from pymongo.database import Database

from services.routing.domain.ticket import Ticket

#: A sample is taken from so many equal parts of the period.
PARTS = 50
_AT_ONCE = 200
_READ = (
    "opened_at",
    "subject",
    "kind",
    "channel",
    "segment",
    "language",
    "registered_in",
    "answers.request",
)


class PastRequest(NamedTuple):
    """A request that came, and its case as far as rules go by it."""

    code: str
    at: datetime
    request: Ticket


class PastRequests:
    """Questions about the collection `tickets`, by the index of `opened_at`."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._tickets = database["tickets"]

    def count(self, since: datetime, until: datetime) -> int:
        """Tell how many came in a period."""
        return self._tickets.count_documents(_between(since, until))

    def some(self, since: datetime, until: datetime, most: int) -> Iterator[Sequence[PastRequest]]:
        """Give so many at most in batches, oldest first: as many from each part of the period."""
        part, share = (until - since) / PARTS, max(1, most // PARTS)
        for number in range(PARTS):
            start = since + part * number
            end = until if number == PARTS - 1 else start + part
            yield from self._batches(start, end, share)

    def all(self, since: datetime, until: datetime) -> Iterator[Sequence[PastRequest]]:
        """Give all in batches, oldest first."""
        return self._batches(since, until, 0)

    def _batches(
        self, since: datetime, until: datetime, most: int
    ) -> Iterator[Sequence[PastRequest]]:
        fields = {f"state.{name}": 1 for name in _READ}
        found = self._tickets.find(_between(since, until), fields, sort=[("opened_at", 1)])
        with found.limit(most).batch_size(_AT_ONCE) as cursor:
            while batch := [_read(item) for item in islice(cursor, _AT_ONCE)]:
                yield batch


def _read(item: dict[str, Any]) -> PastRequest:
    ticket = msgspec.convert(item["state"], Ticket)
    return PastRequest(item["_id"], ticket.opened_at or item["opened_at"], ticket)


def _between(since: datetime, until: datetime) -> dict[str, Any]:
    return {"opened_at": {"$gte": since, "$lt": until}}

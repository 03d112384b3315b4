"""Past requests as the rules see them: read from the tickets, evenly over a period."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain, islice, pairwise
from math import ceil
from typing import Any, NamedTuple

import msgspec
from pymongo.database import Database

from services.routing.domain.ticket import Ticket

#: A sample is taken from so many equal parts of the period, in proportion to what came in each.
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
    "mentions",
)


class PastRequest(NamedTuple):
    """A request that came, and its case as far as rules go by it."""

    code: str
    at: datetime
    request: Ticket


class Sample(NamedTuple):
    """How many came, and those that are looked at, in batches, oldest first."""

    total: int
    batches: Iterator[Sequence[PastRequest]]


class PastRequests:
    """Questions about the collection `tickets`, by the index of `opened_at`."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._tickets = database["tickets"]

    def sample(self, since: datetime, until: datetime, most: int) -> Sample:
        """Give all that came in a period, or about so many of them: of each part its share."""
        part = (until - since) / PARTS
        edges = [since + part * number for number in range(PARTS)] + [until]
        counts = [self._tickets.count_documents(_between(*two)) for two in pairwise(edges)]
        total = sum(counts)
        if total <= most:
            return Sample(total, self._batches(since, until, 0))
        shares = [ceil(most * count / total) for count in counts]
        parts = (
            self._batches(*two, share)
            for two, share in zip(pairwise(edges), shares, strict=True)
            if share
        )
        return Sample(total, chain.from_iterable(parts))

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

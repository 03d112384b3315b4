"""Tickets with open clocks in sla's own database, made fast and as sla would have them.

For each instant of registering one ticket is decided, folded and encoded by sla's own code; the
others of that instant are its bytes under other codes, so only hashes do not fit. Their events were
numbered and published long ago, as far as sla's log is concerned. Routing has told of each what
sla has heard.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import bson
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo.database import Database
from pymongo.write_concern import WriteConcern

from chassis.decisions import Context
from chassis.journal.commit import Draft, Encoded, Stamped, as_stored, encode, stored
from contracts import Event
from contracts.routing import TicketAssigned
from services.sla import handlers, publishing
from services.sla.domain.book import Book
from services.sla.domain.clocks import CLOCKS, Clocks
from services.sla.domain.finding import index
from services.sla.repository import Publications
from tests.load.events import example

#: Of the length of a code; stands in a ticket's documents until copied.
_PATTERN = "999999999999"
_HELD_AFTER = timedelta(milliseconds=50)
_FAST = WriteConcern(w=1, j=False)
_AT_ONCE = 2000


class Ticket(NamedTuple):
    """What is stored of a ticket whose clocks run: by sla, and in routing's journal."""

    commits: list[bytes]
    snapshot: bytes
    told: bytes
    #: Of a ticket in routing's list: only how far it has heard of sla.
    heard: bytes


def book_of(database: Database[dict[str, Any]]) -> Book:
    """Give what an installation of sla has published."""
    published = publishing.followed({}, Publications(database).after(0))
    return publishing.bound(Book(), published)


def a_ticket(book: Book, channel: str, at: datetime) -> Ticket:
    """Give a ticket registered at an instant, and brought to a unit right after."""
    registered = example("ticket.registered", channel=channel)
    held = TicketAssigned(
        state="in_progress", step="in_progress", assignee="expert", unit="network", tier=1
    )
    state, commits, seen = CLOCKS.initial(), list[Encoded](), 0
    steps: list[tuple[str, Any, Event, datetime]] = [
        ("intake", handlers.see_registered, registered, at),
        ("routing", handlers.see_holder, held, at + _HELD_AFTER),
    ]
    for source, decide, event, instant in steps:
        cause = f"{source}:1"
        context = Context(stream=_PATTERN, at=instant, now=instant, actor="system:sla", cause=cause)
        told = [as_stored(item) for item in decide(state, event, context, book)]
        for item in told:
            state = CLOCKS.apply(state, item, instant)
        commits.append(
            encode(
                Draft(
                    stream=_PATTERN,
                    version=len(commits) + 1,
                    first_seq=seen + 1,
                    causes=[cause],
                    cursors={source: 1},
                    recorded_at=instant,
                    actor="system:sla",
                    events=[Stamped(item, instant) for item in told],
                    prev_hash=commits[-1].hash if commits else b"",
                    correlation="0123456789abcdef",
                    causation=f"{source}:{_PATTERN}.1",
                )
            )
        )
        seen += len(told)
    return Ticket(
        [item.raw for item in commits],
        _snapshot(state, commits[-1], seen, at + _HELD_AFTER),
        _told(held, at + _HELD_AFTER),
        _row(1, 1, {"intake": 1, "sla": seen}, at),
    )


def _told(event: Event, at: datetime) -> bytes:
    return encode(
        Draft(
            stream=_PATTERN,
            version=1,
            first_seq=1,
            causes=["intake:1"],
            cursors={"intake": 1},
            recorded_at=at,
            actor="system:routing",
            events=[Stamped(event, at)],
            prev_hash=b"",
        )
    ).raw


def _snapshot(state: Clocks, last: Encoded, seen: int, at: datetime) -> bytes:
    fields = {**index(state), "state": stored(state), "hash": last.hash}
    return _row(last.document["version"], seen, {"intake": 1, "routing": 1}, at, **fields)


def _row(
    version: int, sequence: int, cursors: dict[str, int], at: datetime, **fields: Any
) -> bytes:
    row = {
        "_id": _PATTERN,
        "version": version,
        "sequence": sequence,
        "hash": b"",
        "cursors": cursors,
        "updated_at": at,
    }
    return bson.encode(row | fields)


class Stock:
    """Stores tickets in the databases of one installation."""

    def __init__(self, sla: Database[dict[str, Any]], routing: Database[dict[str, Any]]) -> None:
        options = {
            "write_concern": _FAST,
            "codec_options": CodecOptions(document_class=RawBSONDocument),
        }
        self._journal = sla.get_collection("journal", **options)
        self._tickets = sla.get_collection("tickets", **options)
        self._told = routing.get_collection("journal", **options)
        self._heard = routing.get_collection("tickets", **options)
        self._book = book_of(sla)

    def add(self, codes: Sequence[str], registered: Sequence[datetime], channel: str) -> None:
        """Store tickets, `codes` in order, as many at each instant of registering as it takes."""
        each = -(-len(codes) // len(registered))
        batch: list[tuple[str, Ticket]] = []
        for code, ticket in self._copies(codes, registered, channel, each):
            batch.append((code, ticket))
            if len(batch) >= _AT_ONCE:
                self._store(batch)
                batch = []
        self._store(batch)

    def _copies(
        self, codes: Sequence[str], registered: Sequence[datetime], channel: str, each: int
    ) -> Iterator[tuple[str, Ticket]]:
        for number, at in enumerate(registered):
            ticket = a_ticket(self._book, channel, at)
            for code in codes[number * each : (number + 1) * each]:
                yield code, ticket

    def _store(self, batch: Sequence[tuple[str, Ticket]]) -> None:
        if not batch:
            return
        pattern = _PATTERN.encode()
        parts: dict[str, list[bytes]] = {"journal": [], "tickets": [], "told": [], "heard": []}
        for name, ticket in batch:
            code = name.encode()
            parts["journal"] += [raw.replace(pattern, code) for raw in ticket.commits]
            parts["tickets"].append(ticket.snapshot.replace(pattern, code))
            parts["told"].append(ticket.told.replace(pattern, code))
            parts["heard"].append(ticket.heard.replace(pattern, code))
        for place, raws in (
            (self._journal, parts["journal"]),
            (self._tickets, parts["tickets"]),
            (self._told, parts["told"]),
            (self._heard, parts["heard"]),
        ):
            place.insert_many([RawBSONDocument(raw) for raw in raws], ordered=False)

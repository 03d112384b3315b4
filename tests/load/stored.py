"""`make bench-data`: an installation that has stored many tickets, made once and kept.

Some tickets live their whole life through the public API. The rest are copies of what the
databases then hold about these: the same bytes under other codes, one ticket a second until two
days ago, with the log and the readers' positions behind them. So every collection and index has the
size that it would have; only `peygir journal verify` finds hashes that do not fit, and reports do
not count the copies. Copies are made in the order of their codes, which keeps the indexes' pages in
memory. What was broken off goes on where it was.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import re
import secrets
import struct
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import bson
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo import MongoClient
from pymongo.database import Database
from pymongo.write_concern import WriteConcern

from deploy.local.installation import Installation
from deploy.local.processes import SERVICES
from services.intake.domain import codes
from tests.load import warming
from tests.load.bench import CODES, STORED
from tests.load.driver import by_callers
from tests.load.measuring import SETTINGS, started

_SAMPLED = 20_000
_LIVES = 100
_PROOF_DIGITS = 4
_CALLERS = 4
#: The collections that hold something of a ticket, and the field that has its code.
_OF_TICKETS = {
    "claims": "code",
    "texts": "stream",
    "journal": "stream",
    "tickets": "_id",
    "facts_1": "_id",
}
#: Those whose documents have ids of their own.
_WITH_IDS = ("claims", "texts")
#: The newest copy is longer ago than anything that looks for what came lately; between two.
_AGE = timedelta(days=2)
_PAUSE = timedelta(seconds=1)
#: How BSON begins the instants of a commit and of its events, each milliseconds in eight bytes.
_INSTANTS = re.compile(rb"\x09(?:recorded_at|at)\x00")
_TICKETS_AT_ONCE = 200
_COMMITS_IN_A_SEGMENT = 500
_FAST = WriteConcern(w=1, j=False)


class Document(NamedTuple):
    """One document about a ticket, as bytes."""

    service: str
    collection: str
    raw: bytes
    #: Of a commit: its name and how many events it has; where its instants stand.
    commit: tuple[str, int] | None
    instants: tuple[int, ...] = ()


class Original(NamedTuple):
    """A ticket that lived: what is stored of it, and what in that is its alone."""

    documents: list[Document]
    code: str
    #: Ids of its claim and its texts.
    ids: list[str]
    began_at: datetime

    def copied(self, code: str, at: datetime) -> list[Document]:
        """Give what would be stored of another ticket, of that code, that began then."""
        names = {self.code: code} | {name: secrets.token_hex(len(name) // 2) for name in self.ids}
        pairs = [(old.encode(), new.encode()) for old, new in names.items()]
        later = round((at - self.began_at).total_seconds() * 1000)
        return [_renamed(_moved(item, later), pairs, names) for item in self.documents]


def _moved(item: Document, later: int) -> Document:
    """Give a document whose instants are so many milliseconds later."""
    if not item.instants:
        return item
    raw = bytearray(item.raw)
    for place in item.instants:
        (instant,) = struct.unpack_from("<q", raw, place)
        struct.pack_into("<q", raw, place, instant + later)
    return item._replace(raw=bytes(raw))


def _renamed(
    item: Document, pairs: Sequence[tuple[bytes, bytes]], names: dict[str, str]
) -> Document:
    raw = item.raw
    for old, new in pairs:
        # Of the same length: whatever BSON says of lengths stays true.
        raw = raw.replace(old, new)
    if item.commit is None:
        return item._replace(raw=raw)
    stream, _, version = item.commit[0].partition("/")
    return item._replace(raw=raw, commit=(f"{names[stream]}/{version}", item.commit[1]))


def make(folder: Path, tickets: int) -> None:
    """Make an installation's data with so many tickets."""
    if not folder.exists():
        with started(folder, {}) as bench:
            asyncio.run(by_callers(bench.people.live, callers=_CALLERS, count=_LIVES))
            bench.await_quiet()
    with Installation(folder, demo=True, environment=SETTINGS) as installation:
        installation.start_servers()
        proofs = multiply(installation.addresses.mongo_uri, tickets)
    (folder / CODES).write_text(json.dumps(proofs))


def multiply(uri: str, tickets: int) -> list[tuple[str, str]]:
    """Copy tickets that have come to their end until there are so many; no process may run.

    Gives the codes of some, each with the proof of its requester.
    """
    with MongoClient[dict[str, Any]](uri, tz_aware=True) as client:
        warming.give_memory(client)
        databases = {name: client[f"peygir_{name}"] for name in SERVICES}
        originals = list(_originals(databases))
        stored = databases["routing"]["tickets"].estimated_document_count()
        _multiply(databases, originals, tickets - stored)
        some: list[Any] = [{"$sample": {"size": _SAMPLED}}]
        sampled = databases["intake"]["claims"].aggregate(some)
        return [(item["code"], item["mobile"][-_PROOF_DIGITS:]) for item in sampled]


def _originals(databases: dict[str, Database[dict[str, Any]]]) -> Iterator[Original]:
    """Give tickets that came to their end: a large stock is of such."""
    ended = databases["routing"]["tickets"].find({"status": "finished"}, {}, limit=_LIVES)
    documents: dict[str, list[Document]] = {item["_id"]: [] for item in ended}
    ids: dict[str, list[str]] = {code: [] for code in documents}
    began_at: dict[str, datetime] = {}
    for service, database in databases.items():
        for collection, field in _OF_TICKETS.items():
            # One look for all: not every one of these fields has an index.
            wanted = {field: {"$in": list(documents)}}
            for item in database[collection].find(wanted, sort=[("_id", 1)]):
                code = item[field]
                documents[code].append(_document(service, collection, item))
                if collection == "journal":
                    at = item["recorded_at"]
                    began_at[code] = min(at, began_at.get(code, at))
                if collection in _WITH_IDS:
                    ids[code].append(str(item["_id"]).rpartition(":")[2])
    for code, kept in documents.items():
        yield Original(kept, code, ids[code], began_at[code])


def _document(service: str, collection: str, item: dict[str, Any]) -> Document:
    raw = bson.encode(item)
    if collection != "journal":
        return Document(service, collection, raw, None)
    instants = tuple(found.end() for found in _INSTANTS.finditer(raw))
    return Document(service, collection, raw, (item["_id"], len(item["events"])), instants)


def _multiply(
    databases: dict[str, Database[dict[str, Any]]], originals: Sequence[Original], count: int
) -> None:
    """Store so many copies."""
    logs = {name: _Log(databases[name]) for name in SERVICES}
    turns, made, began = itertools.cycle(originals), 0, time.monotonic()
    drawn = _unused_codes(databases, count)
    newest = datetime.now(UTC) - _AGE
    with ThreadPoolExecutor() as hands:
        while made < count:
            batch: dict[tuple[str, str], list[Document]] = {}
            for original in itertools.islice(turns, min(_TICKETS_AT_ONCE, count - made)):
                at = newest - (count - made) * _PAUSE
                documents = original.copied(drawn[made], at)
                made += 1
                for item in documents:
                    batch.setdefault((item.service, item.collection), []).append(item)
            stored = {
                hands.submit(_store, databases[service], collection, items): service
                for (service, collection), items in batch.items()
            }
            for storing, service in stored.items():
                logs[service].add(storing.result(), at)
            if made % (50 * _TICKETS_AT_ONCE) == 0:
                pace = made / (time.monotonic() - began)
                print(f"{made} tickets, {pace:.0f} a second", flush=True)
    for log in logs.values():
        log.end(databases.values(), newest)


def _store(
    database: Database[dict[str, Any]], collection: str, items: Sequence[Document]
) -> list[tuple[str, int]]:
    """Store documents as they are; gives the commits among them."""
    options = CodecOptions(document_class=RawBSONDocument)
    place = database.get_collection(collection, write_concern=_FAST, codec_options=options)
    place.insert_many([RawBSONDocument(item.raw) for item in items], ordered=False)
    return [item.commit for item in items if item.commit is not None]


def _unused_codes(databases: dict[str, Database[dict[str, Any]]], count: int) -> list[str]:
    """Give codes in order; of a million that are drawn, some are the same by chance."""
    used = {item["code"] for item in databases["intake"]["claims"].find({}, {"_id": 0, "code": 1})}
    free: set[str] = set()
    while len(free) < count:
        if (code := codes.draw()) not in used:
            free.add(code)
    return sorted(free)


class _Log:
    """The log of a service, continued over copies."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._service = database.name.removeprefix("peygir_")
        self._segments = database.get_collection("log", write_concern=_FAST)
        meta = database["meta"].find_one({"_id": "journal"}) or {}
        self._epoch = meta.get("epoch")
        newest = self._segments.find_one(sort=[("_id", -1)]) or {"last": 0}
        self._last: int = newest["last"]
        self._commits: list[tuple[str, int]] = []

    def add(self, commits: Iterable[tuple[str, int]], at: datetime) -> None:
        """Number commits that were recorded until then."""
        # One without events has no position.
        self._commits += [item for item in commits if item[1]]
        while len(self._commits) >= _COMMITS_IN_A_SEGMENT:
            self._store(_COMMITS_IN_A_SEGMENT, at)

    def end(self, readers: Iterable[Database[dict[str, Any]]], at: datetime) -> None:
        """Number the rest, and have everybody who reads the log stand at its end."""
        if self._commits:
            self._store(len(self._commits), at)
        for database in readers:
            database["walks"].update_one(
                {"_id": self._service},
                {"$set": {"position": self._last, "epoch": self._epoch}},
                upsert=True,
            )

    def _store(self, count: int, at: datetime) -> None:
        commits, self._commits = self._commits[:count], self._commits[count:]
        first = self._last + 1
        self._last += sum(events for _name, events in commits)
        self._segments.insert_one(
            {
                "_id": first,
                "last": self._last,
                "at": at,
                "commits": [list(item) for item in commits],
                "head": secrets.token_bytes(32),
                "published": True,
            }
        )


def main() -> int:
    """Make what is missing."""
    parser = argparse.ArgumentParser(prog="python -m tests.load.stored", description=__doc__)
    parser.add_argument("tickets", type=int, nargs="*", default=[10_000, 100_000])
    for tickets in parser.parse_args().tickets:
        folder = STORED / str(tickets)
        if (folder / CODES).exists():
            print(f"{folder} is there")
            continue
        began = time.monotonic()
        make(folder, tickets)
        print(f"{folder}: made in {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())

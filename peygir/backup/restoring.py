"""Bringing a backup back into databases in which there is nothing yet.

What was written is read again and compared with what was saved, before any index could have the
database delete what is past its time. Journals get a new epoch, so that whoever has read further
than the recovery point, another system or a queue of the broker, begins anew. A restore that was
cut off leaves its mark in each database: services do not start on it, and the next restore begins
by clearing away what this one wrote.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from typing import Any, Final

from bson import json_util
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo import IndexModel, MongoClient
from pymongo.database import Database

from chassis.mongo import DURABLE, RESTORING, make_indexes
from peygir.backup.archive import Archive, Broken, Collection, Manifest, Tally, documents

Told = Callable[[int], None]

_RAW: Final = CodecOptions(document_class=RawBSONDocument)
_BATCH = 1000


class Occupied(Exception):
    """Raised when a database has something in it already; says which."""


def restore(
    client: MongoClient[dict[str, Any]], prefix: str, archive: Archive, *, told: Told
) -> Manifest:
    """Write everything back; raises Broken, Occupied or pymongo's errors.

    Broken when the files are damaged, or when the database does not give back what was written.
    """
    manifest = archive.check()
    databases = {
        service: client.get_database(prefix + service, write_concern=DURABLE)
        for service in manifest.databases
    }
    for database in databases.values():
        _clear(database)
    for database in databases.values():
        database[RESTORING].insert_one({"_id": "journal"})
    done = 0
    for service, database in databases.items():
        for name, kept in manifest.databases[service].items():
            for batch in _portions(archive.read(service, name)):
                database[name].with_options(_RAW).insert_many(batch, ordered=False)
                done += len(batch)
                told(done)
            _compare(database, name, kept)
    for service, database in databases.items():
        for name, kept in manifest.databases[service].items():
            _index(database, name, kept)
        database["meta"].update_one(
            {"_id": "journal"}, {"$set": {"epoch": secrets.token_hex(6)}}, upsert=True
        )
    for database in databases.values():
        database.drop_collection(RESTORING)
    return manifest


def _clear(database: Database[dict[str, Any]]) -> None:
    """Drop what a restore that was cut off has left; raises Occupied for anything else."""
    names = database.list_collection_names()
    if RESTORING in names:
        database.client.drop_database(database.name)
    elif any(database[name].find_one({}, {"_id": 1}) for name in names):
        raise Occupied(database.name)


def _portions(batches: Iterator[bytes]) -> Iterator[list[RawBSONDocument]]:
    for batch in batches:
        found = [RawBSONDocument(bytes(each)) for each in documents(batch)]
        for start in range(0, len(found), _BATCH):
            yield found[start : start + _BATCH]


def _compare(database: Database[dict[str, Any]], name: str, kept: Collection) -> None:
    tally = Tally()
    batches: Any = database[name].find_raw_batches(sort=[("_id", 1)], batch_size=_BATCH)
    for batch in batches:
        tally.add(batch)
    if not tally.says(kept):
        raise Broken(f"{database.name}.{name} does not give back what was written")


def _index(database: Database[dict[str, Any]], name: str, kept: Collection) -> None:
    """Make the indexes that there were; also the collection, where nothing was in it."""
    models = []
    for known in json_util.loads(kept.indexes):
        keys = list(known.pop("key").items())
        if keys == [("_id", 1)]:
            continue
        models.append(IndexModel(keys, **{k: v for k, v in known.items() if k not in {"v", "ns"}}))
    if models:
        make_indexes(database[name], models)

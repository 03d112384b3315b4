"""Saving all services' databases as they were at one instant, while they go on.

All collections of all services are read at one and the same time of the database's cluster
(MongoDB's read concern `snapshot`), so what one service knows of another is never newer than that
other. Nothing is locked and no service takes part. The time is one at which everything answered
before was durable, because services answer after majority and journal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from bson import json_util
from pymongo import MongoClient, ReadPreference
from pymongo.client_session import ClientSession
from pymongo.errors import OperationFailure

from chassis.settings import SERVICES
from peygir.backup.archive import Archive, Collection, Manifest

Told = Callable[[int], None]

#: SnapshotTooOld, SnapshotUnavailable
_GONE, _CHANGED = 239, 246
_BATCH = 1000


class TooSlow(Exception):
    """Raised when the database keeps no history for as long as the backup takes."""


class Retried(Exception):
    """Raised when a collection was made or dropped just now; the next try can do it."""


def save(
    client: MongoClient[dict[str, Any]],
    prefix: str,
    archive: Archive,
    *,
    version: str,
    told: Told,
) -> Manifest:
    """Save every service's database; raises Broken, TooSlow, Retried or pymongo's errors."""
    archive.begin()
    names = {service: _collections(client, prefix + service) for service in SERVICES}
    with client.start_session(snapshot=True) as session:
        recovery_point = _begin(client, prefix, session)
        done, databases = 0, {}
        for service, collections in names.items():
            kept: dict[str, Collection] = {}
            for name, indexes in collections.items():
                source = client[prefix + service][name]
                batches = source.with_options(
                    read_preference=ReadPreference.PRIMARY
                ).find_raw_batches(sort=[("_id", 1)], batch_size=_BATCH, session=session)
                tally = archive.write(service, name, _explained(batches))
                kept[name] = tally.collection(indexes)
                done += tally.documents
                told(done)
            databases[service] = kept
    manifest = Manifest(recovery_point=recovery_point, version=version, databases=databases)
    archive.finish(manifest)
    return manifest


def _collections(client: MongoClient[dict[str, Any]], database: str) -> dict[str, str]:
    """Give a database's collections with their indexes."""
    found = client[database].list_collections(filter={"type": "collection"})
    names = sorted(each["name"] for each in found)
    return {
        name: json_util.dumps([dict(index) for index in client[database][name].list_indexes()])
        for name in names
        if not name.startswith("system.")
    }


def _begin(client: MongoClient[dict[str, Any]], prefix: str, session: ClientSession) -> datetime:
    """Have the first read fix the time of all; gives it, cut to the second before."""
    now: datetime = client.admin.command("hello")["operationTime"].as_datetime()
    client[prefix + SERVICES[0]]["meta"].find_one({}, session=session)
    return now.astimezone(UTC)


def _explained(batches: Any) -> Iterator[bytes]:
    try:
        yield from batches
    except OperationFailure as error:
        if error.code == _GONE:
            raise TooSlow from None
        if error.code == _CHANGED:
            raise Retried from None
        raise

"""The way to MongoDB: one client per process, majority and journaled writes or none."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from contextlib import nullcontext
from typing import Any, NamedTuple

import pymongo
from pymongo import IndexModel, MongoClient
from pymongo.collection import Collection
from pymongo.errors import (
    ConnectionFailure,
    ExecutionTimeout,
    NetworkTimeout,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
    WTimeoutError,
)
from pymongo.write_concern import WriteConcern

DURABLE = WriteConcern(w="majority", j=True)
#: For what can be derived again: stored when the server has it, not waiting for its disk.
DERIVED = WriteConcern(w=1, j=False)

#: The database is away or too slow: nothing is known to be wrong with what was asked.
AWAY = (
    ConnectionFailure,
    NetworkTimeout,
    ServerSelectionTimeoutError,
    WTimeoutError,
    ExecutionTimeout,
)


#: A collection that is there while a backup is being brought back: nobody may work on it yet.
RESTORING = "restoring"

#: How long an index may take to build, where many documents are stored already.
_BUILDING_SECONDS = 6 * 3600.0


class WeakWriteConcern(ValueError):
    """Raised at start when the address asks for less than durable writes."""


def connect(uri: str, *, seconds: float) -> MongoClient[dict[str, Any]]:
    """Give a client whose every operation ends within `seconds`; raises WeakWriteConcern."""
    client: MongoClient[dict[str, Any]] = MongoClient(
        uri,
        tz_aware=True,
        timeoutMS=int(seconds * 1000),
        waitQueueTimeoutMS=int(seconds * 1000),
        maxPoolSize=60,
        appname="peygir",
        connect=False,
    )
    asked = client.write_concern.document
    if asked.get("w", "majority") != "majority" or asked.get("j", True) is False:
        client.close()
        raise WeakWriteConcern("MONGO_URI must not ask for less than w=majority, journal=true")
    return client


class Pools(NamedTuple):
    """How many connections a client keeps, and how many of them are in use."""

    kept: int
    in_use: int


def pools_of(client: MongoClient[Any]) -> Pools:
    """Count a client's connections to all servers; its listeners would cost at each operation."""
    servers = client._topology._servers.values()  # noqa: SLF001 - pymongo tells it nowhere else
    in_use = sum(server.pool.active_sockets for server in servers)
    return Pools(in_use + sum(len(server.pool.conns) for server in servers), in_use)


def make_indexes(collection: Collection[Any], indexes: Sequence[IndexModel]) -> None:
    """Make the indexes that a collection does not have yet, and wait until they are built.

    An operation's usual deadline would have the server give up in the middle of building, again
    and again, once many documents are stored.
    """
    known = {index["name"] for index in collection.list_indexes()}
    lacks = any(index.document["name"] not in known for index in indexes)
    with pymongo.timeout(_BUILDING_SECONDS) if lacks else nullcontext():
        collection.create_indexes(list(indexes))


def reign(client: MongoClient[Any]) -> Hashable:
    """Tell who takes the writes: which server, since which election and which start of it.

    While it is the same, writes stand in one log in the order in which they were answered: once a
    later one is durable (majority, journaled), an earlier one is, though nobody waited for that.
    Equal to no other answer where no server takes writes.
    """
    for server in client.topology_description.server_descriptions().values():
        if server.is_writable:
            start = (server.topology_version or {}).get("processId")
            return (server.address, server.election_id, start)
    return object()


def is_away(error: PyMongoError) -> bool:
    """Tell whether the database, and not the request, is the trouble."""
    if isinstance(error, AWAY):
        return True
    labelled = error.has_error_label("RetryableWriteError") or error.timeout
    stepping_down = isinstance(error, OperationFailure) and error.code in _STEPPING_DOWN
    return bool(labelled or stepping_down)


#: NotWritablePrimary, PrimarySteppedDown, InterruptedAtShutdown, InterruptedDueToReplStateChange,
#: NotPrimaryNoSecondaryOk, NotPrimaryOrSecondary, ShutdownInProgress, HostUnreachable
_STEPPING_DOWN = frozenset({10107, 189, 11600, 11602, 13435, 13436, 91, 6})

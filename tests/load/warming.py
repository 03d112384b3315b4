"""A database that has been running for a while: its indexes in memory, and memory enough for them.

With the 1 GB of a developer's database, and right after a start, what is measured over a million
stored tickets is the disk: every new commit of a random code touches other pages of the indexes.
"""

from __future__ import annotations

from typing import Any

from bson.min_key import MinKey
from pymongo import MongoClient

_CACHE = "cache_size=8GB"


def give_memory(client: MongoClient[dict[str, Any]]) -> None:
    """Let the server keep the indexes of millions in memory."""
    client.admin.command("setParameter", 1, wiredTigerEngineRuntimeConfig=_CACHE)


def warm_up(uri: str) -> None:
    """Give memory, and read every index once."""
    with MongoClient[dict[str, Any]](uri) as client:
        give_memory(client)
        for name in client.list_database_names():
            if name.startswith("peygir_"):
                for collection in client[name].list_collections(filter={"type": "collection"}):
                    _read_indexes(client[name], collection["name"])


def _read_indexes(database: Any, collection: str) -> None:
    for name, index in database[collection].index_information().items():
        first, _direction = index["key"][0]
        if "partialFilterExpression" not in index:
            # Counted by the index alone: documents stay on the disk.
            every = {first: {"$gte": MinKey()}}
            database.command("count", collection, query=every, hint=name)

"""A database that has run for a while: it has a server's memory, and in it what is used most.

With the 1 GB of a developer's database, and right after a start, what is measured over a million
stored tickets is the disk. So the server gets what MongoDB takes by itself on such a machine, and
first of all reads the indexes and what every look at a ticket touches, what is used most last: the
rest, the journals above all, it reads when it is asked for it. Of an index by time only the end is
ever used; those stay out.
"""

from __future__ import annotations

import os
from typing import Any

from bson.min_key import MinKey
from pymongo import MongoClient

#: What MongoDB's manual says of `cacheSizeGB`: half of what the machine has beyond a gigabyte.
_CACHE_MEGABYTES = (os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**20 - 1024) // 2
_OURS = "peygir_"
_TOUCHED = {"intake": ("claims", "tickets", "texts"), "routing": ("tickets", "texts")}


def give_memory(client: MongoClient[dict[str, Any]]) -> None:
    """Let the server keep the indexes of millions in memory."""
    cache = f"cache_size={_CACHE_MEGABYTES}MB"
    client.admin.command("setParameter", 1, wiredTigerEngineRuntimeConfig=cache)


def warm_up(uri: str) -> None:
    """Give memory, and read once what a server that runs has in it."""
    with MongoClient[dict[str, Any]](uri) as client:
        give_memory(client)
        ours = [name for name in client.list_database_names() if name.startswith(_OURS)]
        for name in sorted(ours, key=lambda name: name.removeprefix(_OURS) in _TOUCHED):
            for collection in client[name].list_collections(filter={"type": "collection"}):
                _read_indexes(client[name], collection["name"])
        for service, collections in _TOUCHED.items():
            for name in collections:
                # Of a field that no document has, no index tells anything.
                query, every = {"nowhere": True}, {"$natural": 1}
                client[_OURS + service].command("count", name, query=query, hint=every)
                _read_indexes(client[_OURS + service], name)


def _read_indexes(database: Any, collection: str) -> None:
    for name, index in database[collection].index_information().items():
        first, _direction = index["key"][0]
        if "partialFilterExpression" not in index and not first.endswith("_at"):
            # Counted by the index alone: documents stay on the disk.
            every = {first: {"$gte": MinKey()}}
            database.command("count", collection, query=every, hint=name)

"""The documents of a generation, written and read."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

import msgspec
from pymongo import ReplaceOne, UpdateOne

from services.reporting.domain.facts import TicketFacts
from services.reporting.domain.rollups import Key, Measures
from services.reporting.handlers import Remembered

Document = dict[str, Any]

#: Each process adds to rows of its own, so that replicas do not wait for each other on the rows of
#: today; readers add the stripes up.
STRIPE = secrets.randbelow(16)

_counted = msgspec.msgpack.Decoder(list[tuple[Key, Measures]])


def read(document: Document) -> Remembered:
    """Read the document of a stream."""
    return Remembered(
        stream=document["_id"],
        cursors=msgspec.convert(document["cursors"], dict[str, int]),
        facts=msgspec.convert(document.get("facts", {}), TicketFacts),
        counted=dict(_counted.decode(document["counted"])) if "counted" in document else {},
    )


def replacement(memory: Remembered) -> ReplaceOne[Document]:
    """Give the write that stores a stream."""
    document: Document = {"_id": memory.stream, "cursors": memory.cursors}
    if facts := msgspec.to_builtins(memory.facts, builtin_types=(datetime,)):
        document["facts"] = facts
    if memory.counted:
        document["counted"] = msgspec.msgpack.encode(list(memory.counted.items()))
    return ReplaceOne({"_id": memory.stream}, document, upsert=True)


def increment(key: Key, measures: Measures) -> UpdateOne:
    """Give the write that adds to a roll-up."""
    day = key.day.isoformat()
    fields = {"cube": key.cube, "day": day, "by": key.by, "value": key.value, "part": key.part}
    return UpdateOne(
        {"_id": msgspec.json.encode((STRIPE, *fields.values())).decode()},
        {
            "$inc": {f"measures.{name}": amount for name, amount in measures.items()},
            "$setOnInsert": fields,
        },
        upsert=True,
    )

"""From registered to assigned: how long it takes, and how many are assigned a second.

Both instants are those at which the journals stored the commits, by the database's one clock.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pymongo import MongoClient
from pymongo.database import Database

from tests.load.driver import Measured, at_rate

if TYPE_CHECKING:
    from tests.load.measuring import Bench

_RATE = 100
_SECONDS = 8.0


def assigning(bench: Bench) -> dict[str, Any]:
    """Register at a steady rate; tell what became of it."""
    codes = len(bench.people.codes)
    asyncio.run(at_rate(lambda http, _n: bench.people.register(http), rate=_RATE, seconds=_SECONDS))
    bench.await_quiet()
    wanted = [code for code, _proof in bench.people.codes[codes:]]
    with MongoClient[dict[str, Any]](bench.addresses.mongo_uri, tz_aware=True) as client:
        registered = _stored(client["peygir_intake"], wanted, "ticket.registered")
        assigned = _stored(client["peygir_routing"], wanted, "ticket.assigned")
    waits = [(at - registered[code]).total_seconds() for code, at in assigned.items()]
    lasted = (max(assigned.values()) - min(assigned.values())).total_seconds()
    # What nobody has room for waits in its queue.
    queued = {"left_in_queues": len(wanted) - len(waits)}
    return {"assigning": Measured(waits, lasted=lasted).row() | queued}


def _stored(
    database: Database[dict[str, Any]], codes: list[str], event_type: str
) -> dict[str, datetime]:
    """Give when the first event of a type was stored, by ticket."""
    found = database["journal"].find(
        {"stream": {"$in": codes}, "events.type": event_type},
        {"stream": 1, "recorded_at": 1},
        sort=[("recorded_at", -1)],
    )
    return {item["stream"]: item["recorded_at"] for item in found}

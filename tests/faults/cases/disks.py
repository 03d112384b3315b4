"""Test 13: no room left on the disk of the database, then of the broker."""

from __future__ import annotations

import contextlib
import time
from functools import partial
from typing import Any

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from tests.faults.api import gauge, wait_for
from tests.faults.cases.table import case
from tests.faults.course import Course
from tests.faults.plan import BROKER, MONGOD

#: Enough for what the servers lay out at start, and for what a run adds.
_DISKS = {MONGOD: 1200, BROKER: 700}
#: The broker looks at its disk every ten seconds.
_FULL_SECONDS = 20.0
_BEFORE_SECONDS, _AFTER_SECONDS = 8.0, 20.0
#: Events on their way at any moment.
_FEW = 50
_ALARM = "disk resource limit alarm set"


@case("13", "disk full for 20 s, for mongod and then for the broker")
def disk_full(course: Course) -> None:
    """What cannot be stored is not acknowledged; with room again all goes on by itself."""
    world = course.open(disks=_DISKS)
    with course.load():
        for server in (MONGOD, BROKER):
            time.sleep(_BEFORE_SECONDS)
            course.note(f"fill {server}", partial(_stay_full, course, server))
            time.sleep(_AFTER_SECONDS)
        _bring_broker_back(course)
    told = world.servers.log_file(BROKER).read_text(errors="replace")
    course.expect("alarms of the broker about its disk", told.count(_ALARM), least=1)
    course.expect("answers that it is not done", len(course.ledger.refusals), least=1)


def _stay_full(course: Course, server: str) -> None:
    """Fill a server's disk, and have it notice: what it has laid out ahead would last a while."""
    disk = course.world.disks[server]
    disk.fill()
    ends = time.monotonic() + _FULL_SECONDS
    while time.monotonic() < ends:
        time.sleep(1)
        if server == MONGOD:
            _have_written(course.world.servers.environment["MONGO_URI"])
    disk.clear()


def _bring_broker_back(course: Course) -> None:
    """Do what the runbook says where the broker goes on refusing although it has room again."""
    refusing = not _all_published(course)
    course.tell("restarts of the broker by hand", int(refusing))
    if refusing:
        course.note(f"restart {BROKER}", partial(course.world.servers.restart, BROKER))
    wait_for("all events to be published", lambda: _all_published(course), 90, pause=1)


def _all_published(course: Course) -> bool:
    """Tell whether no service has had an old event to publish for a moment."""
    urls = course.world.addresses.metrics.values()
    return sum(gauge(url, "peygir_relay_pending_events") for url in urls) < _FEW


def _have_written(uri: str) -> None:
    """Have mongod write out its data files, which it does by itself once a minute."""
    client: MongoClient[dict[str, Any]] = MongoClient(uri, timeoutMS=1000)
    with contextlib.suppress(PyMongoError), client:
        client.admin.command("fsync")

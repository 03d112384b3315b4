"""Every command that reaches the database while tickets live, as the database tells how it ran.

The profiler of MongoDB notes them all, of every process, so nobody has to keep a list. Thousands of
tickets are stored before: what is looked through in vain is then seen.
"""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from deploy.local.processes import SERVICES
from tests.load.driver import by_callers
from tests.load.measuring import Bench, started
from tests.load.stored import multiply

# A whole installation starts, and once more.
pytestmark = pytest.mark.timeout(300)

_LIVES = 8
_STORED = 2000
_PROFILE_BYTES = 128 * 1024 * 1024
#: What is wanted whole may be read whole, as long as it is no more than this.
_SMALL = 200
#: So many documents or keys may be looked at for each that is wanted, and so many beside.
_TIMES = 5
_BESIDE = 100


@pytest.fixture(scope="module")
def commands(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """All commands of some lives, and of everything that people look at."""
    with started(tmp_path_factory.mktemp("queries"), {}) as bench:
        live(bench)
        store_many(bench)
        with MongoClient[dict[str, Any]](bench.addresses.mongo_uri) as client:
            databases = [client[f"peygir_{service}"] for service in SERVICES]
            for database in databases:
                begin_profile(database)
            live(bench)
            for name in SERVICES:
                # Who begins looks for what was left undone.
                bench.installation.restart(name)
            bench.installation.wait_ready(120)
            live(bench)
            return [command for database in databases for command in end_profile(database)]


def live(bench: Bench) -> None:
    """Have tickets live, and people look at them."""
    people = bench.people
    for send in (people.live, people.follow, people.look_in, people.report, people.read_on):
        measured = asyncio.run(by_callers(send, callers=3, count=_LIVES))
        assert measured.seconds
    bench.await_quiet()


def store_many(bench: Bench) -> None:
    names = bench.installation.process_names
    for name in names:
        bench.installation.stop_process(name)
    multiply(bench.addresses.mongo_uri, _STORED)
    bench.installation.start_processes()
    bench.installation.wait_ready(120)


def begin_profile(database: Database[dict[str, Any]]) -> None:
    database.create_collection("system.profile", capped=True, size=_PROFILE_BYTES)
    database.command("profile", 2)


def end_profile(database: Database[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    database.command("profile", 0)
    yield from database["system.profile"].find({"ns": {"$not": {"$regex": "profile$"}}})


def test_nothing_is_looked_through_for_want_of_an_index(commands):
    """A search without an index is one through all tickets, one day."""
    assert len(commands) > 1000
    assert sorted({told(item) for item in commands if is_through_everything(item)}) == []


def test_no_more_is_looked_at_than_wanted(commands):
    assert sorted({told(item) for item in commands if is_wasteful(item)}) == []


def is_through_everything(item: dict[str, Any]) -> bool:
    if "COLLSCAN" not in item.get("planSummary", ""):
        return False
    wanted_whole = not condition(item) and item.get("docsExamined", 0) == found(item)
    return not (wanted_whole and found(item) <= _SMALL)


def is_wasteful(item: dict[str, Any]) -> bool:
    most = _TIMES * found(item) + _BESIDE
    # Counting goes through the keys of what is counted.
    keys = 0 if item["op"] == "command" else item.get("keysExamined", 0)
    return max(item.get("docsExamined", 0), keys) > most


def found(item: dict[str, Any]) -> int:
    """Give how many documents a command was about."""
    counts = ("nreturned", "nMatched", "ndeleted", "ninserted")
    return max(item.get(name, 0) for name in counts)


def condition(item: dict[str, Any]) -> Any:
    """Give what a command asks for."""
    command = item.get("command", {})
    asked = [command.get(name) for name in ("filter", "q", "query", "pipeline", "$truncated")]
    return next((each for each in asked if each), None)


def told(item: dict[str, Any]) -> str:
    """Give what there is to know about a command: the same for all of its kind."""
    asked = condition(item)
    fields = sorted(asked) if isinstance(asked, dict) else str(asked)[:200]
    plan = item.get("planSummary", "")[:80]
    return f"{item['ns']} {item['op']} by {fields}: {plan}"

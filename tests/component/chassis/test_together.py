"""Several collections looked at by one command."""

import secrets
from collections.abc import Iterator
from typing import Any

import eventlet
import pytest
from pymongo import MongoClient, monitoring
from pymongo.database import Database

from chassis.together import Part, Together
from tests.servers import Servers


class Asked(monitoring.CommandListener):
    """Counts what the database is asked."""

    def __init__(self) -> None:
        self.aggregates = 0

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        self.aggregates += event.command_name == "aggregate"

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        pass

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        pass


@pytest.fixture
def asked() -> Asked:
    return Asked()


@pytest.fixture
def db(servers: Servers, asked: Asked) -> Iterator[Database[dict[str, Any]]]:
    name = f"together_{secrets.token_hex(4)}"
    with MongoClient[dict[str, Any]](servers.mongo_uri, event_listeners=[asked]) as client:
        yield client[name]
        client.drop_database(name)


@pytest.fixture
def shelves(db: Database[dict[str, Any]]) -> Together:
    return Together(Part(db["books"], "_id"), Part(db["pages"], "book"), Part(db["loans"], "of"))


def test_each_collection_gives_its_own(
    db: Database[dict[str, Any]], shelves: Together, asked: Asked
) -> None:
    db["books"].insert_many([{"_id": "a"}, {"_id": "b"}])
    db["pages"].insert_many([{"_id": n, "book": "a"} for n in range(300)])

    books, pages, loans = shelves.of("a")

    assert books == [{"_id": "a"}]
    assert pages == [{"_id": n, "book": "a"} for n in range(300)]
    assert (loans, asked.aggregates) == ([], 1)


def test_of_what_is_nowhere_everything_is_empty(shelves: Together) -> None:
    assert shelves.of("a") == ([], [], [])
    assert shelves.of_each([]) == {}


def test_what_only_a_later_collection_holds_is_found(
    db: Database[dict[str, Any]], shelves: Together
) -> None:
    db["loans"].insert_one({"_id": 1, "of": "b"})

    assert shelves.of_each(["a", "b"]) == {
        "a": ([], [], []),
        "b": ([], [], [{"_id": 1, "of": "b"}]),
    }


def test_those_who_ask_at_the_same_moment_are_answered_by_one_look(
    db: Database[dict[str, Any]], shelves: Together, asked: Asked
) -> None:
    names = [f"b{number}" for number in range(20)]
    db["books"].insert_many([{"_id": name} for name in names])

    threads = [eventlet.spawn(shelves.of, name) for name in names]

    assert [thread.wait()[0] for thread in threads] == [[{"_id": name}] for name in names]
    assert asked.aggregates == 1

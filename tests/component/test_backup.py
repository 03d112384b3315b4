"""A restore on a real database: cut off, begun again, refused where something is."""

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pymongo import IndexModel, MongoClient

from chassis.mongo import RESTORING, connect
from chassis.settings import SERVICES
from peygir.backup.archive import Archive
from peygir.backup.restoring import Occupied, restore
from peygir.backup.saving import save
from tests.component.chassis.world import SampleWorld, new_stream
from tests.component.waiting import eventually
from tests.servers import Servers

_MANY = 2500


@pytest.fixture
def client(servers: Servers) -> Iterator[MongoClient[dict[str, Any]]]:
    with connect(servers.mongo_uri, seconds=20) as connected:
        yield connected


@pytest.fixture
def prefix(client: MongoClient[dict[str, Any]]) -> Iterator[str]:
    """The begin of databases' names that nobody else has."""
    made = f"backup{secrets.token_hex(4)}_"
    yield made
    for name in client.list_database_names():
        if name.startswith(made):
            client.drop_database(name)


@pytest.fixture
def archive(client: MongoClient[dict[str, Any]], prefix: str, tmp_path: Path) -> Archive:
    """A backup of databases in which something is, of some kinds."""
    for service in SERVICES:
        database = client[f"{prefix}old_{service}"]
        database["meta"].insert_one({"_id": "journal", "epoch": "old"})
        database["journal"].insert_many(
            {"_id": f"{service}{number:05}", "stream": number, "text": "سلام"}
            for number in range(_MANY)
        )
        database["journal"].create_indexes(
            [IndexModel([("stream", 1)], name="by_stream", unique=True)]
        )
    saved = Archive(tmp_path / "backup")
    save(client, f"{prefix}old_", saved, version="test", told=lambda _done: None)
    return saved


def test_what_comes_back_is_what_was_saved_under_a_new_epoch(client, prefix, archive):
    restore(client, f"{prefix}new_", archive, told=lambda _done: None)

    for service in SERVICES:
        old, new = client[f"{prefix}old_{service}"], client[f"{prefix}new_{service}"]
        assert list(new["journal"].find().sort("_id", 1)) == list(
            old["journal"].find().sort("_id", 1)
        )
        assert new["journal"].index_information() == old["journal"].index_information()
        assert new["meta"].find_one()["epoch"] != "old"
        assert RESTORING not in new.list_collection_names()


def test_one_that_was_cut_off_is_begun_anew(client, prefix, archive):
    def cut(done: int) -> None:
        if done > _MANY:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        restore(client, f"{prefix}new_", archive, told=cut)
    assert client[f"{prefix}new_intake"][RESTORING].find_one()

    restore(client, f"{prefix}new_", archive, told=lambda _done: None)

    assert client[f"{prefix}new_reporting"]["journal"].count_documents({}) == _MANY


def test_nothing_is_written_where_anything_is(client, prefix, archive):
    client[f"{prefix}new_sla"]["journal"].insert_one({"_id": "somebody's"})

    with pytest.raises(Occupied, match="new_sla"):
        restore(client, f"{prefix}new_", archive, told=lambda _done: None)

    assert client[f"{prefix}new_intake"].list_collection_names() == []


def test_a_process_waits_until_what_is_brought_back_is_whole(servers, tmp_path):
    with SampleWorld(servers, tmp_path) as world:
        world.database("intake")[RESTORING].insert_one({"_id": "journal"})
        process = world.begin("intake")
        eventually(lambda: '"restoring"' in process.log.read_text())
        assert process.call("echo", {"value": 1}).expect(503).json["code"] == "starting"

        world.database("intake").drop_collection(RESTORING)

        eventually(lambda: process.look("/readyz").status == 200)
        assert process.tell(new_stream(), "ok") == {"version": 1, "told": 1}

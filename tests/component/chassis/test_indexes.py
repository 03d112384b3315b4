"""Indexes are built where many documents are stored already."""

import secrets

import pytest
from pymongo import IndexModel
from pymongo.errors import PyMongoError

from chassis.mongo import connect, make_indexes
from tests.component.waiting import eventually

#: More than the server builds an index over in the time that an operation has here.
_DOCUMENTS, _SECONDS = 200_000, 0.5
_INDEXES = [IndexModel([("n", 1), (f"absent_{number}", 1)]) for number in range(12)]


@pytest.fixture
def database(servers):
    """One that holds many documents, its operations given much time."""
    client = connect(servers.mongo_uri, seconds=120)
    database = client[f"indexes_{secrets.token_hex(4)}"]
    database["full"].insert_many({"n": f"{n % 7}-{n}"} for n in range(_DOCUMENTS))
    yield database
    client.drop_database(database.name)
    client.close()


def test_an_index_is_built_however_short_an_operation_may_be(servers, database):
    with connect(servers.mongo_uri, seconds=_SECONDS) as client:
        full = client[database.name]["full"]

        def is_made():
            try:
                make_indexes(full, _INDEXES)
            except PyMongoError:
                return False
            return len(database["full"].index_information()) > len(_INDEXES)

        eventually(is_made)

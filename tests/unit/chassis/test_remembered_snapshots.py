"""Reading snapshots that the process remembers: whole only where they are other ones."""

from datetime import UTC, datetime

import msgspec

from chassis.decisions import Evolution
from chassis.journal.loaded import Loaded
from chassis.journal.snapshots import SnapshotStore

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class Named(msgspec.Struct, frozen=True):
    name: str = ""


class Stored:
    """A collection that notes which fields it was asked for."""

    def __init__(self, *documents):
        self.documents = {document["_id"]: document for document in documents}
        self.fields = []

    def with_options(self, **_options):
        return self

    def find(self, query, fields=None, **_options):
        self.fields.append(fields)
        wanted = query["_id"]
        names = wanted["$in"] if isinstance(wanted, dict) else [wanted]
        found = (self.documents[name] for name in names if name in self.documents)
        return [_part(document, fields) for document in found]


def _part(document, fields):
    return document if fields is None else {name: document[name] for name in ("_id", *fields)}


def a_document(name, version, digest):
    return {
        "_id": name,
        "version": version,
        "sequence": version,
        "hash": digest,
        "cursors": {},
        "updated_at": NOON,
        "state": {"name": f"{name}{version}"},
    }


def a_store(*documents):
    stored = Stored(*documents)
    return SnapshotStore(stored, Evolution(Named), None), stored


def names(loaded):
    return {stream: item.state.name for stream, item in loaded.items()}


def test_what_is_stored_as_it_is_remembered_is_not_read_whole():
    store, stored = a_store(a_document("a", 1, b"1"), a_document("b", 1, b"2"))
    first = store.load(["a", "b"])
    stored.fields.clear()

    again = store.load(["a", "b"])

    assert again == first
    assert stored.fields == [{"hash": 1}]


def test_what_somebody_else_has_changed_is_read():
    store, stored = a_store(a_document("a", 1, b"1"), a_document("b", 1, b"2"))
    store.load(["a", "b"])
    stored.documents["a"] = a_document("a", 2, b"3")

    assert names(store.load(["a", "b"])) == {"a": "a2", "b": "b1"}


def test_a_snapshot_that_was_not_written_is_seen_to_be_behind():
    store, _stored = a_store(a_document("a", 1, b"1"))
    store._remember([Loaded("a", Named("a2"), version=2, hash=b"3")])

    assert store.load(["a"])["a"].version == 1


def test_a_list_shows_what_is_remembered_and_reads_the_rest():
    store, stored = a_store(a_document("a", 1, b"1"), a_document("b", 1, b"2"))
    store.load(["a"])
    stored.fields.clear()

    found = store.find_again({"_id": {"$in": ["b", "a"]}})

    assert [(item.stream, item.state.name) for item in found] == [("b", "b1"), ("a", "a1")]
    assert stored.fields == [{"hash": 1}, None]

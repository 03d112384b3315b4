"""Doing in one go what several green threads want, and the group commit made of it."""

import bson
import eventlet
import pytest
from pymongo.errors import AutoReconnect, BulkWriteError

from chassis.errors import Invalid, Unavailable
from chassis.gather import Gathered
from chassis.journal.group import Duplicate, GroupWriter


def together(function, items):
    """Call the function for each item in a green thread of its own; errors are results."""

    def outcome(item):
        try:
            return function(item)
        except Exception as error:  # noqa: BLE001
            return error

    return list(eventlet.GreenPool(1000).imap(outcome, items))


def test_what_arrives_together_is_done_in_one_go():
    runs = []
    gathered = Gathered(lambda items: runs.append(list(items)) or [item * 2 for item in items])

    results = together(gathered.one, range(5))

    assert results == [0, 2, 4, 6, 8]
    assert runs == [[0, 1, 2, 3, 4]]


def test_what_arrives_meanwhile_goes_next():
    runs = []

    def run(items):
        runs.append(list(items))
        eventlet.sleep(0)
        return items

    gathered = Gathered(run)
    first = eventlet.spawn(gathered.many, ["a"])
    eventlet.sleep(0)
    second = [eventlet.spawn(gathered.one, item) for item in "bc"]

    assert first.wait() == ["a"]
    assert [item.wait() for item in second] == ["b", "c"]
    assert runs == [["a"], ["b", "c"]]


def test_a_caller_may_do_something_else_meanwhile():
    gathered = Gathered(lambda items: [item * 2 for item in items])

    wait = gathered.begin([1, 2])
    others = gathered.many([3])

    assert (others, wait(), wait()) == ([6], [2, 4], [2, 4])


def test_the_items_of_one_caller_are_never_parted():
    runs = []
    gathered = Gathered(lambda items: runs.append(len(items)) or items, most=3)

    together(gathered.many, [[1, 2], [3, 4], [5, 6, 7, 8]])

    assert runs == [2, 2, 4]


def test_a_failure_is_told_to_all_of_its_go_and_the_next_one_works():
    faults = [ValueError("once")]

    def run(items):
        if faults:
            raise faults.pop()
        return items

    gathered = Gathered(run)

    assert [type(item) for item in together(gathered.one, "ab")] == [ValueError, ValueError]
    assert gathered.one("c") == "c"


class Collection:
    """Takes inserts as MongoDB does, as far as unique ids go; `fault` is raised instead, once."""

    def __init__(self):
        self.documents = {}
        self.fault = None
        self.inserts = 0

    def with_options(self, **_options):
        return self

    def insert_many(self, documents, *, ordered):
        assert not ordered
        self.inserts += 1
        if self.fault is not None:
            fault, self.fault = self.fault, None
            raise fault
        faults = []
        for index, document in enumerate(documents):
            if document["_id"] in self.documents:
                faults.append({"index": index, "code": 11000, "keyPattern": {"_id": 1}})
            else:
                self.documents[document["_id"]] = document
        if faults:
            raise BulkWriteError({"writeErrors": faults})

    def find(self, query):
        return [self.documents[n] for n in query["_id"]["$in"] if n in self.documents]


@pytest.fixture
def collection():
    return Collection()


def a_commit(name, content="x"):
    return {"_id": name, "hash": content.encode()}


def insert_together(collection, documents):
    return together(GroupWriter(collection).insert, documents)


def test_one_duplicate_does_not_hinder_the_others(collection):
    collection.documents["b"] = a_commit("b", "other")

    outcomes = insert_together(collection, [a_commit(name) for name in "abc"])

    assert [type(item) for item in outcomes] == [type(None), Duplicate, type(None)]
    assert outcomes[1].index == ("_id",)
    assert collection.inserts == 1


@pytest.mark.parametrize(
    "poison",
    [
        {"_id": "p", "text": "\ud800"},
        {"_id": "p", "number": 2**64},
        {"_id": "p", "text": "x" * (17 * 1024 * 1024)},
        {"_id": "p", "value": object()},
        {"_id": "p", 3: "a key that is no text"},
    ],
    ids=["lone surrogate", "65 bits", "oversized", "no BSON type", "number as a key"],
)
def test_what_cannot_be_stored_refuses_only_itself(collection, poison):
    outcomes = insert_together(collection, [a_commit("a"), poison, a_commit("c")])

    assert isinstance(outcomes[1], Invalid)
    assert outcomes[0] is outcomes[2] is None
    assert sorted(collection.documents) == ["a", "c"]


def test_an_unknown_outcome_is_settled_by_reading(collection):
    collection.documents |= {"ours": a_commit("ours"), "theirs": a_commit("theirs", "other")}
    collection.fault = AutoReconnect("gone")

    outcomes = insert_together(collection, [a_commit(n) for n in ("ours", "theirs", "nobodys")])

    assert outcomes[0] is None
    assert isinstance(outcomes[1], Duplicate)
    assert isinstance(outcomes[2], Unavailable)
    assert outcomes[2].code == "outcome_unknown"


def test_what_nothing_can_be_said_about_is_not_called_stored(collection):
    collection.fault = AutoReconnect("gone")
    collection.find = None

    outcomes = insert_together(collection, [a_commit("a")])

    assert isinstance(outcomes[0], Exception)


def test_a_write_whose_time_has_passed_is_not_made(collection):
    writer = GroupWriter(collection, seconds=-1)

    outcomes = together(writer.insert, [a_commit("a")])

    assert outcomes[0].code == "database_unavailable"
    assert collection.inserts == 0


def test_bytes_are_stored_as_they_are(collection):
    raw = bson.encode(a_commit("a"))

    GroupWriter(collection).insert(raw)

    assert collection.documents["a"].raw == raw

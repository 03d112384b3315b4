"""Logs that are long: of segments with one commit each, and of such with hundreds."""

import hashlib
import secrets
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from pymongo import MongoClient
from pymongo.monitoring import CommandListener

from chassis.journal.commit import Draft, Stamped, decode, encode
from chassis.journal.journal import Journal
from chassis.journal.queries import JournalQueries
from contracts.calls.journal import VerifyLog
from contracts.envelope import ContentRef
from contracts.intake import TicketMessageReceived

AT = datetime(2026, 3, 21, 8, tzinfo=UTC)
EVENT = TicketMessageReceived(message=ContentRef("1", "0" * 64), channel="web")
OPERATOR = SimpleNamespace(require=lambda _right: None)


class Answers(CommandListener):
    """How many documents the database has given of a collection."""

    def __init__(self):
        self.given = 0

    def started(self, event):
        pass

    def succeeded(self, event):
        cursor = event.reply.get("cursor", {})
        if cursor.get("ns", "").endswith(".log"):
            self.given += len(cursor.get("firstBatch", cursor.get("nextBatch", ())))

    failed = started


@pytest.fixture
def answers():
    return Answers()


@pytest.fixture
def journal(servers, answers):
    with MongoClient(servers.mongo_uri, event_listeners=[answers], tz_aware=True) as client:
        name = f"long_{secrets.token_hex(4)}"
        journal = Journal()
        journal.container = SimpleNamespace(started=True)
        journal.runtime = SimpleNamespace(
            database=client[name], service="intake", epoch="e", before_ready=lambda make: make()
        )
        journal.setup()
        yield journal
        client.drop_database(name)


def fill(journal, *, segments, commits):
    """Store a log of so many segments with so many commits each, each of a stream of its own."""
    streams = iter(f"stream{number:06}" for number in range(segments * commits))
    store(journal, [[commit(next(streams)) for _ in range(commits)] for _ in range(segments)])


def store(journal, segments):
    """Store segments of commits with two events each, and their log."""
    log, head, position = [], b"", 0
    for some in segments:
        head = hashlib.sha256(head + b"".join(item["hash"] for item in some)).digest()
        log.append(
            {
                "_id": position + 1,
                "last": position + 2 * len(some),
                "at": AT,
                "commits": [[item["_id"], 2] for item in some],
                "head": head,
                "published": True,
            }
        )
        position = log[-1]["last"]
    journal.collection.insert_many([item for some in segments for item in some])
    journal.log.insert_many(log)


def commit(stream, version=1, previous=b""):
    """Give a commit of a stream."""
    raw, _digest, _size = encode(
        Draft(
            stream=stream,
            version=version,
            first_seq=2 * version - 1,
            causes=[f"test:{version}"],
            cursors={},
            recorded_at=AT,
            actor="system:test",
            events=[Stamped(EVENT, AT)] * 2,
            prev_hash=previous,
        )
    )
    return decode(raw)


def checked(journal):
    """Check the log; gives what was found."""
    queries = JournalQueries()
    queries.journal = journal
    return queries.verify(VerifyLog(), OPERATOR)


@pytest.mark.parametrize(("segments", "commits"), [(1_200, 1), (12, 100)])
@pytest.mark.parametrize("position", [0, 1, 4, 199, 200, 201, 2_301, 2_400])
def test_a_page_has_what_comes_next(journal, segments, commits, position):
    fill(journal, segments=segments, commits=commits)

    events, next_ = journal.events_after(position, 150)

    wanted = range(position + 1, min(position + 150, 2_400) + 1)
    assert [event.position for event in events] == list(wanted)
    assert next_ == max([position, *wanted])


def test_of_a_long_log_only_what_a_page_needs_is_read(journal, answers):
    fill(journal, segments=100, commits=20)

    journal.events_after(0, 100)

    assert answers.given <= 8


def test_a_log_is_checked_to_its_end(journal):
    fill(journal, segments=1_200, commits=1)
    journal.collection.update_one({"stream": "stream001199"}, {"$set": {"actor": "nobody"}})

    found = checked(journal)

    assert found.end
    assert (found.checked, found.next) == (1_199, 2_400)
    assert "stream001199/000001: altered" in found.faults


@pytest.mark.parametrize("wrong", [None, 2, 3])
def test_each_commit_follows_the_one_before_it_wherever_that_stands(journal, wrong):
    first = commit("record")
    second = commit("record", 2, b"\x01" * 32 if wrong == 2 else first["hash"])
    third = commit("record", 3, b"\x01" * 32 if wrong == 3 else second["hash"])
    # The second beside the first, the third in a segment of its own.
    store(journal, [[first, commit("other"), second], [third]])

    expected = [f"record/00000{wrong}: does not follow the commit before it"] if wrong else []
    assert checked(journal).faults == expected

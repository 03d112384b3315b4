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
    """Store a log of so many segments with so many commits each; every commit has two events."""
    stored, log, head = [], [], b""
    for number in range(segments):
        some = [commit(number * commits + each) for each in range(commits)]
        head = hashlib.sha256(head + b"".join(item["hash"] for item in some)).digest()
        stored += some
        log.append(
            {
                "_id": 2 * number * commits + 1,
                "last": 2 * (number + 1) * commits,
                "at": AT,
                "commits": [[item["_id"], 2] for item in some],
                "head": head,
                "published": True,
            }
        )
    journal.collection.insert_many(stored)
    journal.log.insert_many(log)


def commit(number):
    """Give the first commit of a stream."""
    stream = f"stream{number:06}"
    raw, _digest, _size = encode(
        Draft(
            stream=stream,
            version=1,
            first_seq=1,
            causes=[stream],
            cursors={},
            recorded_at=AT,
            actor="system:test",
            events=[Stamped(EVENT, AT)] * 2,
            prev_hash=b"",
        )
    )
    return decode(raw)


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
    queries = JournalQueries()
    queries.journal = journal

    found = queries.verify(VerifyLog(), OPERATOR)

    assert found.end
    assert (found.checked, found.next) == (1_199, 2_400)
    assert "stream001199/000001: altered" in found.faults

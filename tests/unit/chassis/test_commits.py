"""How a commit is stored, hashed and read back."""

import hashlib
from datetime import UTC, datetime, timedelta, timezone

import bson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.clock import to_milliseconds
from chassis.errors import Invalid
from chassis.journal import commit as commits
from contracts import EVENTS, envelope
from contracts.routing import TicketWorkLogged
from contracts.sla import Alarm, SlaCancelled, SlaMet, SlaResumed
from tests.load.events import example

AT = datetime(2026, 3, 21, 8, 30, 0, 123_456, tzinfo=UTC)


def a_draft(*events, stream="123456789012", version=1, **fields):
    return commits.Draft(
        stream=stream,
        version=version,
        first_seq=fields.pop("first_seq", 1),
        causes=["intake:1"],
        cursors={"intake": 1},
        recorded_at=to_milliseconds(AT),
        actor="system:sla",
        events=[commits.Stamped(event, to_milliseconds(AT)) for event in events],
        prev_hash=b"",
        **fields,
    )


def cancelled(reason="withdrawn"):
    return SlaCancelled(clock="first_response", reason=reason)


def test_a_commit_reads_back_as_it_was_stored():
    raw, digest, _ = commits.encode(a_draft(cancelled(), version=7, first_seq=9, unit="desk"))

    commit = commits.decode(raw)
    stamped = list(commits.events_of(commit))

    assert commits.split_id(commit["_id"]) == ("123456789012", 7)
    assert (commit["first_seq"], commit["unit"], commit["hash"]) == (9, "desk", digest)
    assert stamped == [(cancelled(), AT.replace(microsecond=123_000))]


@pytest.mark.parametrize("stream", ["123456789012", "person:Zoë"])
def test_an_id_is_read_without_the_rest(stream):
    raw, *_ = commits.encode(a_draft(cancelled(), stream=stream, version=12))

    # As it is made, and as a cursor gives it.
    for form in (raw, memoryview(raw)):
        assert commits.id_of(form) == commits.decode(raw)["_id"] == commits.commit_id(stream, 12)


@pytest.mark.parametrize("document", [{}, {"stream": "1"}, {"_id": 1}])
def test_what_does_not_begin_with_an_id_is_no_commit(document):
    with pytest.raises(ValueError, match="begins with its id"):
        commits.id_of(bson.encode(document))


def test_instants_are_cut_to_what_the_database_keeps():
    met = SlaMet(clock="resolution", stopped_at=AT, elapsed_seconds=1.0, late_seconds=0.0)

    kept = commits.as_stored(met)
    raw, *_ = commits.encode(a_draft(met))

    assert kept.stopped_at == AT.replace(microsecond=123_000)
    assert next(commits.events_of(commits.decode(raw))).event == kept


def test_instants_are_cut_wherever_they_are_and_told_in_utc():
    tehran = timezone(timedelta(hours=3.5))
    alarms = [Alarm(mark=75, at=AT.astimezone(tehran))]
    resumed = SlaResumed(clock="resolution", due_at=AT, paused_seconds=1.0, alarms=alarms)

    kept = commits.as_stored(resumed)

    assert kept.alarms[0].at == AT.replace(microsecond=123_000)
    assert kept.alarms[0].at.utcoffset() == timedelta(0)
    assert commits.as_stored(kept) == kept


@pytest.mark.parametrize("event_type", sorted(EVENTS))
def test_what_a_writer_offers_travels_like_what_is_read_back(event_type):
    event = commits.as_stored(example(event_type))

    raw, _digest, document = commits.encode(a_draft(event))

    assert travelling(document) == travelling(commits.decode(raw))
    assert document["hash"] == commits.decode(raw)["hash"]


def travelling(commit):
    told = commits.cloud_events(commit, service="sla", epoch="e", position=1)
    return [envelope.encode(event) for event in told]


def test_the_hash_is_over_the_stored_bytes_before_it():
    raw, digest, _ = commits.encode(a_draft(cancelled()))

    unhashed = {name: value for name, value in bson.decode(raw).items() if name != "hash"}

    assert digest == hashlib.sha256(bson.encode(unhashed)).digest()
    assert commits.checked_hash(raw) == digest


@given(st.data())
def test_any_altered_byte_is_noticed(data):
    raw, *_ = commits.encode(a_draft(cancelled()))
    place = data.draw(st.integers(0, len(raw) - 1))
    other = data.draw(st.integers(1, 255))

    altered = raw[:place] + bytes([raw[place] ^ other]) + raw[place + 1 :]

    # The size in front and the closing zero are MongoDB's; a document with others is not stored.
    assert place < 4 or place == len(raw) - 1 or commits.checked_hash(altered) is None


def test_a_commit_without_a_hash_is_no_commit():
    assert commits.checked_hash(bson.encode({"_id": "x/000001", "stream": "x"})) is None


@given(st.text(max_size=20), st.integers(1, 10_000_000))
def test_ids_come_apart_as_they_were_put_together(stream, version):
    assert commits.split_id(commits.commit_id(stream, version)) == (stream, version)


@pytest.mark.parametrize(
    ("event", "code"),
    [
        pytest.param(cancelled("\ud800"), "cannot_be_stored", id="lone surrogate"),
        pytest.param(
            SlaCancelled(clock="x", reason="y", left_seconds=2**64),
            "cannot_be_stored",
            id="65-bit number",
        ),
        pytest.param(cancelled("x" * commits.MAX_COMMIT_BYTES), "too_large", id="too large"),
    ],
)
def test_what_cannot_be_stored_is_refused_before_it_joins_a_group(event, code):
    with pytest.raises(Invalid) as refusal:
        commits.encode(a_draft(event))

    assert refusal.value.code == code


def test_events_travel_with_sequence_position_and_cause():
    raw, *_ = commits.encode(
        a_draft(cancelled("a"), cancelled("b"), first_seq=4, causation="intake:x.1")
    )

    travelling = list(
        commits.cloud_events(commits.decode(raw), service="sla", epoch="e", position=70)
    )

    assert [(event.id, event.position) for event in travelling] == [
        ("123456789012.4", 70),
        ("123456789012.5", 71),
    ]
    assert travelling[1].payload() == cancelled("b")
    assert {event.causationid for event in travelling} == {"intake:x.1"}


def test_an_integer_beyond_32_bits_travels_as_a_number():
    cost = 3_000_000_000
    logged = TicketWorkLogged(
        person="expert", unit="it", tier=2, work_group="training", touch_seconds=60, cost=cost
    )

    raw, *_ = commits.encode(a_draft(logged))
    (event,) = commits.cloud_events(commits.decode(raw), service="routing", epoch="e")

    assert event.payload() == logged

"""Messages that are no events: they go aside, with their body, and the good ones go on."""

import json
from datetime import UTC, datetime

import pytest

from chassis.journal.commit import Draft, Stamped, decode, encode
from contracts.sla import SlaCancelled
from tests.component.chassis.world import new_stream
from tests.component.waiting import eventually, eventually_equal

DEAD = "intake--sla.dead"


def a_body(**changes):
    event = {
        "specversion": "1.0",
        "id": "x.1",
        "source": "/peygir/intake",
        "type": "ir.peygir.ticket.registered.v1",
        "subject": "x",
        "time": datetime.now(UTC).isoformat(),
        "sequence": 1,
        "epoch": "e",
        "actor": "anonymous",
        "data": {
            "subject": "s",
            "kind": "request",
            "channel": "ok",
            "requester": "r",
            "segment": "public",
            "language": "fa",
            "content": {"id": "1", "sha256": "0" * 64},
        },
    }
    return json.dumps([event | changes]).encode()


POISON = {
    "empty": b"",
    "no JSON": b"{",
    "not text": b"\xff\xfe" * 50,
    "deeply nested": b"[" * 100_000,
    "a number of 5,000 digits": b"9" * 5_000,
    "a sequence of 5,000 digits": a_body().replace(b'"sequence": 1', b'"sequence": ' + b"9" * 5000),
    "pickled": b"\x80\x04K\x01.",
    "one event, not in a list": a_body()[1:-1],
    "good beside bad": a_body()[:-1] + b"," + a_body(subject="")[1:],
    "another specification": a_body(specversion="2.0"),
    "a foreign type": a_body(type="com.example.thing"),
    "from another source": a_body(source="/peygir/routing"),
    "no subject": a_body(subject=""),
    "sequence zero": a_body(sequence=0),
    "missing data": a_body(data={}),
    "data of the wrong kind": a_body(data=[1, 2]),
    "time without a zone or sense": a_body(time="yesterday"),
}


@pytest.mark.parametrize("body", POISON.values(), ids=POISON)
def test_what_is_no_event_goes_to_the_dead_queue_and_the_good_ones_go_on(gentle, intake, sla, body):
    stream = new_stream()
    counted = sla.metric("peygir_events_undecodable_total", source="intake")
    dead = gentle.waiting(DEAD)

    gentle.publish(body)
    intake.tell(stream, "ok")

    eventually_equal(lambda: gentle.applied(stream), ["intake:1:ok"])
    eventually(lambda: sla.metric("peygir_events_undecodable_total", source="intake") > counted)
    eventually(lambda: gentle.waiting(DEAD) > dead)


HEADERS = {
    "nameko.call_id_stack": 5,
    "nameko.call_id_stack, nested": {"a": [1, {"b": None}]},
    "traceparent": "x" * 300,
    "subject": 7,
    "x-death": [{"count": 10_000}],
}


@pytest.mark.parametrize("name", HEADERS)
def test_odd_headers_are_harmless(gentle, intake, sla, name):
    stream = new_stream()
    body = a_body(id=f"{stream}.1", subject=stream)

    gentle.publish(body, headers={name.partition(",")[0]: HEADERS[name]})

    eventually_equal(lambda: gentle.applied(stream), ["intake:1:ok"])


@pytest.mark.parametrize(
    "properties",
    [
        {"content_type": "application/x-python-serialize", "content_encoding": "binary"},
        {"content_encoding": "no-such-encoding"},
        {"content_encoding": "utf-8"},
        {"reply_to": "nowhere", "correlation_id": "x" * 200},
        {"expiration": "60000", "priority": 9},
    ],
    ids=str,
)
def test_odd_properties_are_harmless(gentle, intake, sla, properties):
    stream = new_stream()

    gentle.publish(a_body(id=f"{stream}.1", subject=stream), **properties)

    eventually_equal(lambda: gentle.applied(stream), ["intake:1:ok"])


def test_a_field_that_looks_like_a_marked_type_stays_what_it_is(gentle, intake, sla):
    stream = new_stream()
    act = json.dumps({"__type__": "datetime", "__value__": "not a date"})

    intake.tell(stream, act)

    eventually_equal(lambda: gentle.applied(stream), [f"intake:1:{act}"])


def test_an_event_is_applied_once_however_often_it_is_delivered(gentle, intake, sla):
    stream = new_stream()
    intake.tell(stream, "ok", "next")
    eventually_equal(lambda: len(gentle.applied(stream)), 2)
    behind = new_stream()

    gentle.publish(*[a_body(id=f"{stream}.1", subject=stream)] * 5)
    gentle.publish(a_body(id=f"{behind}.1", subject=behind))

    eventually(lambda: gentle.applied(behind))
    assert gentle.applied(stream) == ["intake:1:ok", "intake:2:next"]


def test_an_event_that_another_replica_has_applied_holds_nothing_up(gentle, intake, sla):
    stream = new_stream("shared")
    intake.tell(stream, "ok")
    eventually_equal(lambda: gentle.applied(stream), ["intake:1:ok"])
    applied_elsewhere(gentle, stream, "intake:2")
    second = {"type": "ir.peygir.ticket.message_received.v1", "sequence": 2}
    second |= {"data": {"message": {"id": "1", "sha256": "0" * 64}, "channel": "again"}}
    # An event without a handler comes behind it: the cursor is to move over both.
    third = {"type": "ir.peygir.requester.changed.v1", "sequence": 3, "data": {}}
    behind = new_stream("behind")

    both = [a_body(subject=stream, **change)[1:-1] for change in (second, third)]
    gentle.publish(b"[" + b",".join(both) + b"]")
    gentle.publish(a_body(id=f"{behind}.1", subject=behind))

    eventually_equal(lambda: gentle.applied(behind), ["intake:1:ok"])
    assert gentle.applied(stream) == ["intake:1:ok", "intake:2:elsewhere"]


def applied_elsewhere(gentle, stream, cause):
    """Store what a replica would that the others have not heard of."""
    journal = gentle.database("sla")["journal"]
    first = journal.find_one({"stream": stream})
    source, _colon, sequence = cause.partition(":")
    event = SlaCancelled(clock="elsewhere", reason=cause)
    raw, *_ = encode(
        Draft(
            stream=stream,
            version=2,
            first_seq=2,
            causes=[cause],
            cursors={source: int(sequence)},
            recorded_at=first["recorded_at"],
            actor="system:sla",
            events=[Stamped(event, first["recorded_at"])],
            prev_hash=bytes(first["hash"]),
        )
    )
    journal.insert_one(decode(raw))

"""Which events travel in one message."""

from datetime import UTC, datetime

from chassis.bus.publisher import Publisher
from chassis.bus.topology import PUBLIC_EXCHANGE, partition_of
from contracts.envelope import CloudEvent, decode, decode_batch

PARTITIONS = 2


def an_event(subject: str, sequence: int, actor: str = "somebody") -> CloudEvent:
    return CloudEvent(
        id=f"{subject}.{sequence}",
        source="/peygir/intake",
        type="ir.peygir.ticket.registered.v1",
        subject=subject,
        time=datetime(2026, 11, 22, tzinfo=UTC),
        sequence=sequence,
        epoch="e",
        actor=actor,
    )


def packed(events, *, public=False):
    publisher = Publisher("amqp://", "intake", PARTITIONS, public=public)
    return list(publisher._packed(events))


def test_each_partition_has_its_events_in_order_in_one_message():
    events = [an_event(subject, number) for number in (1, 2) for subject in "abcdef"]

    messages = packed(events)

    assert {message.exchange for message in messages} == {"intake.events"}
    for message in messages:
        mine = [
            e for e in events if partition_of(e.subject, PARTITIONS) == int(message.routing_key)
        ]
        assert decode_batch(message.body) == mine
        assert message.id == mine[0].id
    assert len(messages) == PARTITIONS


def test_a_message_holds_a_hundred_events_at_most():
    events = [an_event("a", number) for number in range(1, 251)]

    messages = packed(events)

    assert [len(decode_batch(message.body)) for message in messages] == [100, 100, 50]
    assert [message.id for message in messages] == ["a.1", "a.101", "a.201"]


def test_a_message_is_not_larger_than_it_may_be_unless_one_event_is():
    large = "x" * 60_000
    events = [an_event("a", n, actor) for n, actor in enumerate([large] * 3 + [large * 3, "y"], 1)]

    messages = packed(events)

    assert [len(decode_batch(message.body)) for message in messages] == [2, 1, 1, 1]


def test_outsiders_get_each_event_alone_under_its_type():
    events = [an_event("a", 1), an_event("b", 1)]

    outside = [m for m in packed(events, public=True) if m.exchange == PUBLIC_EXCHANGE]

    assert [decode(message.body) for message in outside] == events
    assert {message.routing_key for message in outside} == {"ticket.registered"}

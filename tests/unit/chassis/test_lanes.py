"""What has arrived from the queues of one source, handled as one batch."""

from types import SimpleNamespace

import msgspec
import pytest

from chassis.bus.lane import _PREFETCH, Lane
from chassis.bus.topology import Pair
from contracts.envelope import encode_batch
from tests.unit.chassis.test_inbox import an_event

BATCH = 500


class Channel:
    """Keeps what is acknowledged."""

    def __init__(self):
        self.acknowledged = []

    def basic_ack(self, tag, *, multiple):
        self.acknowledged.append((tag, multiple))


@pytest.fixture
def consumer():
    inbox = SimpleNamespace(process=lambda _source, _events: None)
    return SimpleNamespace(
        batch_size=BATCH, inbox=inbox, heard_at=0.0, knows=lambda _type: False, wake=lambda: None
    )


def bodies_of(numbers):
    return [msgspec.json.encode(an_event("requester:1", number)) for number in numbers]


@pytest.fixture
def lane(consumer):
    lane = Lane(consumer, Pair("intake", "sla"), Channel())
    yield lane
    # Else it would be looked at whenever metrics are read.
    lane.closed = True


def arrive(lane, messages, events):
    """Have messages wait, each with so many events."""
    receive = lane._receiver(0)
    for tag in range(1, messages + 1):
        numbers = range(tag * events, (tag + 1) * events)
        receive(
            SimpleNamespace(body=encode_batch(bodies_of(numbers)), delivery_tag=tag, properties={})
        )


@pytest.mark.parametrize(
    ("messages", "events", "full"),
    [
        (2, 10, False),
        (_PREFETCH - 1, 1, False),
        # The broker sends no more until some are acknowledged.
        (_PREFETCH, 1, True),
        (5, 100, True),
    ],
)
def test_a_batch_is_full_where_waiting_would_gather_no_more(lane, messages, events, full):
    arrive(lane, messages, events)

    assert lane.handle() is full
    assert lane._channel.acknowledged == [(messages, True)]

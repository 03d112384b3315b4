"""When what has arrived is held a little, so that more of it is handled together."""

from types import SimpleNamespace

import eventlet
import pytest

from chassis.bus import consumer as consumers
from chassis.bus.consumer import _BEHIND_SECONDS, Consumer


class Held:
    """A pace that only counts how often it was asked to hold."""

    def __init__(self):
        self.times = 0

    def wait(self):
        self.times += 1


@pytest.fixture
def now(monkeypatch):
    """The time, in a list of one to be moved."""
    now = [1000.0]
    monkeypatch.setattr(consumers, "time", SimpleNamespace(monotonic=lambda: now[0]))
    return now


@pytest.fixture
def held(monkeypatch):
    held = Held()
    monkeypatch.setattr(consumers, "Pace", lambda _seconds: held)
    return held


@pytest.fixture
def consumer(held):
    consumer = Consumer()
    working = eventlet.spawn(consumer._work)
    yield consumer
    working.kill()


def handles(consumer, *, full):
    """Have one batch handled."""
    consumer._handle = lambda: full
    consumer.wake()
    eventlet.sleep(0)
    eventlet.sleep(0)


def test_nothing_is_held_right_after_a_full_batch_however_little_has_come(consumer, held, now):
    handles(consumer, full=False)
    handles(consumer, full=False)
    assert (held.times, consumer.behind) == (2, False)

    handles(consumer, full=True)
    assert (held.times, consumer.behind) == (3, True)

    handles(consumer, full=False)
    now[0] += _BEHIND_SECONDS * 0.9
    handles(consumer, full=False)
    assert held.times == 3

    now[0] += _BEHIND_SECONDS * 0.2
    handles(consumer, full=False)
    assert (held.times, consumer.behind) == (4, False)


def test_who_has_lost_the_broker_is_not_behind(consumer, now):
    handles(consumer, full=True)

    consumer.lose_connection()

    assert not consumer.behind

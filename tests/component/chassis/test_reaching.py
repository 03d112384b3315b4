"""One process asking another that is stopped, frozen, restarted or told to end."""

import signal
import time

import pytest

from chassis.errors import Unavailable
from tests.component.chassis.world import new_stream
from tests.component.processes import NOWHERE
from tests.component.waiting import eventually, eventually_equal

#: What a caller waits for at most, and what the machine may add.
_DEADLINE = 1.0
_PATIENCE = 3.0


@pytest.fixture(scope="module")
def intake(world):
    return world.start("intake")


@pytest.fixture(scope="module")
def sla(world, intake):
    # Waiting for another service must not look like a handler that hangs.
    sla = world.start("sla", handler_seconds=20, retry_seconds="0.2,0.4,1,2,5,10")
    sla.wait_attached()
    return sla


def ask(sla):
    """Have the consumer ask the emitter, three times at once."""
    return sla.call("ask_intake", {"value": 7, "seconds": _DEADLINE})


def is_unavailable(answer, started):
    assert time.monotonic() - started < _PATIENCE
    assert answer.expect(Unavailable.status).json["code"] == "service_unavailable"


def test_a_service_asks_another_one(sla):
    assert ask(sla).expect(200).json == [7, 7, 7]


def test_a_frozen_service_counts_as_away_at_the_deadline(intake, sla):
    ask(sla)
    intake.signal(signal.SIGSTOP)

    started = time.monotonic()
    answer = ask(sla)

    intake.signal(signal.SIGCONT)
    is_unavailable(answer, started)
    assert ask(sla).expect(200).json == [7, 7, 7]


def test_a_stopped_service_counts_as_away_at_once_and_its_successor_is_found(world, sla):
    ask(sla)
    world.processes["intake"].kill()

    started = time.monotonic()
    is_unavailable(ask(sla), started)

    # The connections that were kept are all dead by now.
    world.start("intake")
    assert ask(sla).expect(200).json == [7, 7, 7]


def test_kept_connections_that_died_are_replaced_all_at_once(world, sla):
    ask(sla)
    world.processes["intake"].kill()
    world.start("intake")

    assert ask(sla).expect(200).json == [7, 7, 7]


@pytest.fixture(scope="module")
def unheard(world, sla):
    """An emitter whose events come by no other way than by being asked for."""
    world.processes["intake"].kill()
    return world.start("intake", amqp_uri=f"amqp://guest:guest@{NOWHERE}//")


@pytest.fixture(scope="module")
def routing(world, sla):
    return world.start("routing")


def test_a_source_that_never_rests_is_walked_all_the_same(world, unheard):
    stream = new_stream("early")
    unheard.tell(stream, "ok")

    eventually(lambda: unheard.tell(new_stream(), "ok") and world.applied(stream))


def test_events_of_a_ticket_whose_opener_is_away_wait_and_the_others_go_on(world, unheard, routing):
    known, unknown = new_stream("known"), new_stream("unknown")
    unheard.tell(known, "ok")
    eventually(lambda: world.applied(known))
    unheard.tell(unknown, "ok")
    unheard.signal(signal.SIGSTOP)

    routing.tell(unknown, "theirs")
    routing.tell(known, "theirs")

    eventually_equal(lambda: world.applied(known), ["intake:1:ok", "routing:1:theirs"])
    row = eventually(lambda: world.lagging("routing", unknown))
    assert (row["reason"], row["attempts"], row["stuck"]) == ("service_unavailable", 0, False)
    unheard.signal(signal.SIGCONT)
    eventually_equal(lambda: world.applied(unknown), ["intake:1:ok", "routing:1:theirs"])


def test_an_event_of_a_ticket_that_its_opener_does_not_know_yet_waits(world, unheard, routing):
    stream = new_stream("unknown")
    routing.tell(stream, "theirs")
    row = eventually(lambda: world.lagging("routing", stream))

    unheard.tell(stream, "ok")

    eventually_equal(lambda: world.applied(stream), ["intake:1:ok", "routing:1:theirs"])
    assert (row["reason"], row["stuck"]) == ("not_opened", False)


def test_an_event_waits_for_the_opening_one_that_is_stuck(world, sla, unheard, routing):
    stream = new_stream("unopened")
    unheard.tell(stream, "refuse")
    eventually(lambda: world.stuck("intake", stream))

    routing.tell(stream, "theirs")

    row = eventually(lambda: world.stuck("routing", stream))
    assert row["reason"] == "sample_refuses"
    sla.ask("stuck_skip", {"id": f"intake|{stream}"})
    sla.ask("stuck_retry", {"id": f"routing|{stream}"})
    eventually_equal(lambda: world.applied(stream), ["routing:1:theirs"])


def test_calls_under_way_are_finished_and_new_ones_refused_while_draining(world, sla):
    process = world.start("intake-2")
    slow = process.begin_call("echo", {"value": 1, "seconds": 1.5})
    # Answered after the slow one has been begun.
    process.ask("echo", {"value": 2})

    process.signal(signal.SIGTERM)
    eventually_equal(lambda: process.look("/readyz").status, Unavailable.status)
    refused = process.call("echo", {"value": 3}).expect(Unavailable.status)

    assert (refused.json["code"], refused.headers["Connection"]) == ("draining", "close")
    assert slow().expect(200).json == 1
    assert process.wait(10) == 0

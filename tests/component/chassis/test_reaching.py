"""One process asking another that is stopped, frozen, restarted or told to end."""

import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from chassis.errors import Unavailable
from tests.component.chassis.world import eventually, free_port, new_stream

#: What a caller waits for at most, and what the machine may add.
_DEADLINE = 1.0
_PATIENCE = 3.0


@pytest.fixture(scope="module")
def intake(world):
    return world.start("intake")


@pytest.fixture(scope="module")
def sla(world, intake):
    sla = world.start("sla")
    sla.wait_attached()
    return sla


def ask(sla):
    """Have the consumer ask the emitter, three times at once."""
    return sla.try_call("ask_intake", {"value": 7, "seconds": _DEADLINE})


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


def test_events_about_an_unopened_ticket_wait_and_the_others_go_on(world, sla):
    routing = world.start("routing")
    known, unknown = new_stream("known"), new_stream("unknown")
    world.processes["intake"].tell(known, "ok")
    eventually(lambda: world.applied(known))
    hide = free_port()
    emitter = world.start("intake", replica=1, amqp_uri=f"amqp://x:y@127.0.0.1:{hide}//")
    emitter.signal(signal.SIGSTOP)
    world.processes["intake"].signal(signal.SIGSTOP)

    routing.tell(unknown, "theirs")
    routing.tell(known, "theirs")

    eventually(lambda: world.applied(known) == ["intake:1:ok", "routing:1:theirs"])
    assert world.applied(unknown) == []
    world.processes["intake"].signal(signal.SIGCONT)
    emitter.signal(signal.SIGCONT)
    world.processes["intake"].tell(unknown, "ok")
    eventually(lambda: len(world.applied(unknown)) == 2)


def test_an_event_waits_for_the_opening_one_that_is_stuck(world, sla):
    routing, intake = world.processes["routing"], world.processes["intake"]
    stream = new_stream("unopened")
    intake.tell(stream, "refuse")
    eventually(lambda: world.stuck("intake", stream))

    routing.tell(stream, "theirs")

    row = eventually(lambda: world.stuck("routing", stream))
    assert row["reason"] == "sample_refuses"
    sla.call("stuck_skip", {"id": f"intake|{stream}"})
    sla.call("stuck_retry", {"id": f"routing|{stream}"})
    eventually(lambda: world.applied(stream) == ["routing:1:theirs"])


def test_calls_under_way_are_finished_and_new_ones_refused_while_draining(world, sla):
    process = world.start("intake", replica=1)
    with ThreadPoolExecutor() as pool:
        slow = pool.submit(process.try_call, "echo", {"value": 1, "seconds": 2})
        eventually(lambda: process.metric("peygir_calls_under_way") or not slow.running() or True)
        time.sleep(0.5)
        process.signal(signal.SIGTERM)
        eventually(lambda: process.look("/readyz").status == Unavailable.status)

        refused = process.try_call("echo", {"value": 1}).expect(Unavailable.status)

    assert (refused.json["code"], refused.headers["Connection"]) == ("draining", "close")
    assert slow.result().expect(200).json == 1
    assert process.wait(10) == 0

"""Between the broker and an effect: cut, frozen, told to stop, redelivered - each effect once."""

import signal
import time

import pytest

from tests.component.chassis.world import new_stream
from tests.component.waiting import eventually, eventually_equal
from tests.faults.proxy import Proxy

#: The method Basic.Ack as it stands in a frame.
ACK = b"\x00\x3c\x00\x50"


@pytest.fixture(scope="module")
def proxy(servers):
    """What stands between the consumer and the broker."""
    with Proxy.before(servers.amqp_uri) as proxy:
        yield proxy


@pytest.fixture(autouse=True)
def well_afterwards(proxy):
    """A test that fails half-way leaves no harm to the next one."""
    yield
    proxy.watch = None
    proxy.thaw()


@pytest.fixture(scope="module")
def intake(world):
    return world.start("intake")


@pytest.fixture
def sla(world, intake, proxy):
    """A consumer behind the proxy; started again where a test has ended the last one."""
    running = world.processes.get("sla")
    if running is None or not running.running:
        running = world.start("sla", amqp_uri=proxy.instead_of(world.amqp_uri))
    running.wait_attached()
    return running


def are_applied(world, streams, act="ok"):
    eventually_equal(lambda: [name for name in streams if not world.applied(name)], [])
    assert {tuple(world.applied(stream)) for stream in streams} == {(f"intake:1:{act}",)}


def test_a_connection_cut_before_the_acknowledgement_doubles_no_effect(world, intake, sla, proxy):
    streams = [new_stream("cut") for _number in range(20)]
    cuts = []

    def watch(direction, piece):
        if direction == "out" and ACK in piece and len(cuts) < 3:
            cuts.append(direction)
            proxy.cut_now()

    proxy.watch = watch
    for stream in streams:
        intake.tell(stream, "ok")

    eventually_equal(lambda: len(cuts), 3)
    proxy.watch = None
    are_applied(world, streams)
    eventually(lambda: sla.metric("peygir_events_handled_total", outcome="duplicate") >= 1)


def test_a_connection_cut_while_handlers_work_doubles_no_effect(world, intake, sla, proxy):
    streams = [new_stream("working") for _number in range(4)]
    begun = sla.metric("peygir_event_batch_size_count")
    intake.ask("tell_many", {"streams": streams, "act": "slow:0.4"})
    eventually(lambda: sla.metric("peygir_event_batch_size_count") > begun)

    proxy.cut()

    are_applied(world, streams, "slow:0.4")
    sla.wait_attached()


def test_a_connection_closed_in_one_direction_is_replaced(world, intake, sla, proxy):
    stream = new_stream("half")
    proxy.half_close()

    intake.tell(stream, "ok")

    are_applied(world, [stream])
    eventually(lambda: sla.log.read_text().count("consumers_attached") >= 2)


def test_a_silent_broker_is_gone_around(world, intake, sla, proxy):
    streams = [new_stream("silent") for _number in range(5)]
    proxy.freeze()

    for stream in streams:
        intake.tell(stream, "ok")

    are_applied(world, streams)
    proxy.thaw()
    sla.wait_attached()
    are_applied(world, streams)


def test_what_was_decided_to_change_nothing_is_not_decided_again(world, intake, sla):
    # The second event changes nothing, until the due time has come; only then it would.
    stream = new_stream("later")
    intake.tell(stream, "alarm:1", "only_after:due")
    eventually_equal(lambda: world.applied(stream), ["due:due"])
    sla.kill()

    world.start("sla")
    intake.tell(stream, "last")

    eventually_equal(lambda: len(world.applied(stream)), 2)
    assert world.applied(stream) == ["due:due", "intake:3:last"]


def test_sigterm_under_load_loses_and_doubles_nothing(world, intake, sla):
    streams = [new_stream("load") for _number in range(300)]
    intake.ask("tell_many", {"streams": streams[:200], "act": "slow:0.005"}, seconds=30)
    eventually(lambda: world.applied(streams[0]))

    started = time.monotonic()
    sla.signal(signal.SIGTERM)
    intake.ask("tell_many", {"streams": streams[200:], "act": "slow:0.005"}, seconds=30)
    status = sla.wait(20)

    assert (status, time.monotonic() - started < 15) == (0, True)
    assert '"batch_held"' not in sla.log.read_text()
    world.start("sla")
    are_applied(world, streams, "slow:0.005")


def test_work_that_cannot_be_finished_is_cut_off_and_said_so(world, intake, sla):
    sla.signal(signal.SIGTERM)
    assert sla.wait(20) == 0
    hanging = world.start("sla", drain_seconds=1, handler_seconds=60)
    hanging.wait_attached()
    stream = new_stream("hanging")
    intake.tell(stream, "hang:1")
    # The hanging batch holds its partition; the process still answers.
    eventually(lambda: hanging.metric("peygir_event_batch_size_count") >= 1)

    hanging.signal(signal.SIGTERM)

    assert hanging.wait(15) == 1
    assert "drain_cut_off" in hanging.log.read_text()
    world.start("sla")
    are_applied(world, [stream], "hang:1")

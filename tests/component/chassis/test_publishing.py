"""Between a commit and the broker: cut, frozen, half-closed, emptied, killed - nothing is lost."""

import signal
from datetime import UTC, datetime, timedelta

import pytest

from tests.component.chassis.world import new_stream
from tests.component.waiting import always, eventually, eventually_equal
from tests.faults.proxy import Proxy

#: The method Basic.Ack as it stands in a frame.
ACK = b"\x00\x3c\x00\x50"
QUEUES = ("intake--sla.0.v1", "intake--sla.1.v1", "intake--sla.dead")
EXCHANGES = ("peygir.events", "intake.events", "routing.events")


@pytest.fixture(scope="module")
def proxy(servers):
    """What stands between the emitter and the broker."""
    with Proxy.before(servers.amqp_uri) as proxy:
        yield proxy


@pytest.fixture(autouse=True)
def well_afterwards(proxy):
    """A test that fails half-way leaves no harm to the next one."""
    yield
    proxy.watch = None
    proxy.thaw()


@pytest.fixture(scope="module")
def start_intake(world, proxy):
    return lambda: world.start("intake", amqp_uri=proxy.instead_of(world.amqp_uri))


@pytest.fixture(scope="module", autouse=True)
def processes(world, start_intake):
    world.begin("sla")
    start_intake()
    world.processes["sla"].wait_ready()
    world.processes["sla"].wait_attached()


@pytest.fixture
def intake(world, start_intake):
    running = world.processes["intake"]
    return running if running.running else start_intake()


@pytest.fixture
def sla(world):
    return world.processes["sla"]


def all_published(world, service="intake"):
    return world.database(service)["log"].find_one({"published": False}) is None


def are_applied(world, streams):
    """Hold that everything gets there once, and is published as well."""
    eventually_equal(lambda: [name for name in streams if not world.applied(name)], [])
    eventually(lambda: all_published(world))
    assert {tuple(world.applied(stream)) for stream in streams} == {("intake:1:ok",)}


@pytest.mark.parametrize(
    ("direction", "mark"),
    [("out", b"cut-me"), ("back", ACK)],
    ids=["before the broker has it", "before its confirmation arrives"],
)
def test_a_connection_cut_around_publishing_loses_and_doubles_nothing(
    world, intake, proxy, direction, mark
):
    streams = [new_stream("cut-me") for _number in range(5)]
    cuts = []

    def watch(way, piece):
        if way == direction and mark in piece and len(cuts) < 2:
            cuts.append(way)
            proxy.cut_now()

    proxy.watch = watch
    for stream in streams:
        intake.tell(stream, "ok")

    are_applied(world, streams)
    proxy.watch = None
    assert len(cuts) == 2


def test_a_connection_closed_in_one_direction_is_replaced(world, intake, proxy):
    streams = [new_stream("half")]
    proxy.half_close()

    intake.tell(streams[0], "ok")

    are_applied(world, streams)


def test_a_silent_broker_stops_neither_commands_nor_their_effects(world, intake, proxy):
    streams = [new_stream("silent") for _number in range(10)]
    proxy.freeze()

    for stream in streams:
        intake.tell(stream, "ok", seconds=3)

    # The walk along the journal carries them.
    eventually_equal(lambda: [name for name in streams if not world.applied(name)], [])
    assert not all_published(world)
    proxy.thaw()
    are_applied(world, streams)


def test_a_broker_that_stops_reading_is_given_up_after_some_seconds(world, intake, proxy):
    said = len(intake.log.read_text())
    # One segment, too much for the buffers of all sockets on the way: sending itself blocks. The
    # commits come to be one segment because the relay's lease is somebody else's for a while.
    streams = [new_stream("flood") for _number in range(14)]
    are_applied(world, [tell_one(intake)])
    until = datetime.now(UTC) + timedelta(seconds=60)
    leases = world.database("intake")["leases"]
    leases.update_one({"_id": "relay"}, {"$set": {"holder": "x", "until": until}})
    eventually(lambda: not intake.metric("peygir_lease_held", lease="relay"))
    for stream in streams:
        intake.tell(stream, "nothing:" + "x" * 900_000)

    proxy.freeze()
    leases.delete_one({"_id": "relay"})

    eventually(lambda: "relay_waits_for_broker" in intake.log.read_text()[said:], seconds=8)
    proxy.thaw()

    eventually(lambda: all_published(world))


def test_what_was_numbered_and_not_published_is_published_after_a_kill(
    world, intake, proxy, start_intake
):
    streams = [new_stream("killed") for _number in range(10)]
    proxy.freeze()
    for stream in streams:
        intake.tell(stream, "ok")
    eventually_equal(lambda: len(numbered(world, streams)), 10)
    intake.kill()
    before = numbered(world, streams)
    proxy.thaw()
    assert not all_published(world)

    start_intake()

    are_applied(world, streams)
    assert numbered(world, streams) == before
    positions_have_no_gaps(world)


@pytest.mark.parametrize("marked", [True, False], ids=["with a mark", "before there were marks"])
def test_what_was_stored_right_before_a_long_outage_is_numbered_after_it(
    world, intake, start_intake, marked
):
    are_applied(world, [tell_one(intake)])
    leases = world.database("intake")["leases"]
    until = datetime.now(UTC) + timedelta(seconds=60)
    leases.update_one({"_id": "relay"}, {"$set": {"holder": "x", "until": until}})
    eventually(lambda: not intake.metric("peygir_lease_held", lease="relay"))
    stream = tell_one(intake)
    intake.kill()

    pass_minutes(world, 11)
    if not marked:
        world.database("intake")["relay"].delete_many({})
    leases.delete_one({"_id": "relay"})
    start_intake()

    are_applied(world, [stream])
    positions_have_no_gaps(world)


def pass_minutes(world, minutes):
    """Let everything that intake has stored be so much older."""
    for name, field in (("relay", "at"), ("log", "at"), ("journal", "recorded_at")):
        world.database("intake")[name].update_many(
            {}, [{"$set": {field: {"$subtract": [f"${field}", minutes * 60_000]}}}]
        )


def numbered(world, streams):
    """Give the positions of the streams' first commits."""
    found = {}
    for segment in world.database("intake")["log"].find():
        position = segment["_id"]
        for name, count in segment["commits"]:
            if name.partition("/")[0] in streams:
                found[name] = position
            position += count
    return found


def positions_have_no_gaps(world):
    segments = list(world.database("intake")["log"].find().sort("_id", 1))
    assert [s["_id"] for s in segments[1:]] == [s["last"] + 1 for s in segments[:-1]]


@pytest.mark.parametrize("exchanges", [(), EXCHANGES], ids=["queues", "queues and exchanges"])
def test_an_emptied_broker_is_declared_again_and_nothing_is_lost(world, intake, sla, exchanges):
    # Some are in the queues when these vanish.
    sla.signal(signal.SIGSTOP)
    before = [new_stream("before") for _number in range(5)]
    for stream in before:
        intake.tell(stream, "ok")
    eventually(lambda: all_published(world))

    with world.broker() as channel:
        for queue in QUEUES:
            channel.queue_delete(queue)
        for exchange in exchanges:
            channel.exchange_delete(exchange)
    sla.signal(signal.SIGCONT)
    after = [new_stream("after") for _number in range(5)]
    for stream in after:
        intake.tell(stream, "ok")

    are_applied(world, before + after)
    eventually_equal(lambda: world.waiting("intake--sla.dead"), 0)
    sla.wait_attached()


def test_a_binding_that_vanished_behind_everybodys_back_loses_nothing(world, intake, sla):
    are_applied(world, [tell_one(intake)])
    # Every relay declares what there is when it connects; none shall do so later.
    eventually(lambda: all_published(world, "sla"))
    with world.broker() as channel:
        for partition in ("0", "1"):
            channel.queue_unbind(f"intake--sla.{partition}.v1", "intake.events", partition)
    streams = [new_stream("astray") for _number in range(5)]
    received = sla.metric("peygir_event_batch_size_count", source="intake")

    for stream in streams:
        intake.tell(stream, "ok")

    are_applied(world, streams)
    # Whoever finds more and more missing has it declared again, and receives from then on.
    eventually(lambda: streams.append(tell_one(intake)) or receives(sla, beyond=received))
    are_applied(world, streams)


def tell_one(intake):
    stream = new_stream()
    intake.tell(stream, "ok")
    return stream


def receives(sla, *, beyond):
    return sla.metric("peygir_event_batch_size_count", source="intake") > beyond


def test_a_relay_that_is_idle_writes_nothing(world, intake):
    # What was told before this one has its number when this one has.
    are_applied(world, [tell_one(intake)])

    always(lambda: all_published(world), seconds=0.5)

    assert intake.metric("peygir_relay_pending_events") == 0

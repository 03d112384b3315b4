"""Three replicas of the consumer: what happens once, and what moves when one dies."""

import json
import os
import random
import signal

import pytest

from tests.component.chassis.world import new_stream
from tests.component.waiting import eventually


@pytest.fixture(scope="module")
def elsewhere(servers):
    """A virtual host in which nobody listens."""
    with servers.new_vhost() as uri:
        yield uri


@pytest.fixture(scope="module")
def replicas(world, elsewhere):
    """Three consumers; the emitters publish where nobody listens, the tests do it for them."""
    started = [
        world.begin("intake", amqp_uri=elsewhere),
        world.begin("routing", amqp_uri=elsewhere),
        *(world.begin(name) for name in ("sla", "sla-2", "sla-3")),
    ]
    for process in started:
        process.wait_ready()
    for process in started[2:]:
        process.wait_attached()
    return started[2:]


def bodies_of(process, streams, count):
    """Give the events of the streams as they would be published, once all are numbered."""

    def numbered():
        after, found = 0, []
        while True:
            part = process.ask("journal_log", {"after": after, "limit": 500})
            found += [event for event in part["events"] if event["subject"] in streams]
            after = part["next"]
            if part["end"]:
                return found if len(found) == count else None

    return [json.dumps([event]).encode() for event in eventually(numbered)]


#: How many events each source has for a stream.
COUNTS = {"intake": 6, "routing": 4}


def test_whatever_the_order_of_delivery_each_source_is_applied_once_and_in_order(world, replicas):
    streams = [new_stream("mixed") for _number in range(12)]
    chance, messages = random.Random(7), []
    for source, count in COUNTS.items():
        for stream in streams:
            for number in range(1, count + 1):
                world.processes[source].tell(stream, f"{source}{number}")
        bodies = bodies_of(world.processes[source], streams, 12 * count)
        messages += [(source, body) for body in bodies + chance.choices(bodies, k=30)]
    chance.shuffle(messages)

    for source, body in messages:
        world.publish(body, source=source, partition=chance.randrange(2))

    eventually(lambda: all(len(world.applied(stream)) == 10 for stream in streams))
    for stream in streams:
        applied = world.applied(stream)
        for source, count in COUNTS.items():
            mine = [item for item in applied if item.startswith(source)]
            assert mine == [f"{source}:{n}:{source}{n}" for n in range(1, count + 1)]
        # The opening event is pulled before anything else happens to the stream.
        assert applied[0] == "intake:1:intake1"


def test_a_slot_runs_once_and_none_is_left_out(world, replicas):
    database = world.database("sla")

    def slots():
        found = database["slots"].distinct("_id")
        return sorted(int(name.rpartition(":")[2]) for name in found if name.startswith("tick:"))

    before = len(slots())
    eventually(lambda: len(slots()) >= before + 3)

    assert slots() == list(range(slots()[0], slots()[-1] + 1))
    eventually(lambda: database["ticks"].count_documents({}) == len(slots()))


def beating(world):
    """Give the processes whose background job has run since a moment ago."""
    database = world.database("sla")
    database["beats"].drop()
    eventually(lambda: database["beats"].count_documents({}) >= 5)
    return set(database["beats"].distinct("pid"))


def test_who_receives_from_all_partitions_gives_some_of_them_away(world, replicas):
    alive = [process for process in replicas if process.running]

    def have_handled():
        """Give how many events each has handled, after one more in every partition."""
        for partition in range(2):
            stream = new_stream("shared")
            world.processes["intake"].tell(stream, "ok")
            bodies = bodies_of(world.processes["intake"], [stream], 1)
            world.publish(*bodies, partition=partition)
        return [process.metric("peygir_event_batch_size_count") for process in alive]

    before = have_handled()

    eventually(
        lambda: sum(now > then for now, then in zip(have_handled(), before, strict=True)) > 1,
        seconds=30,
    )


def test_a_background_job_runs_in_one_replica_and_moves_when_that_is_killed(world, replicas):
    (first,) = beating(world)

    next(process for process in replicas if process.pid == first).kill()

    eventually(lambda: beating(world) - {first})
    (second,) = beating(world)
    assert second in {process.pid for process in replicas if process.running}


def test_due_times_fire_once_each_even_when_their_replica_is_killed(world, replicas):
    streams = [new_stream("due") for _number in range(40)]
    for number, stream in enumerate(streams):
        world.processes["intake"].tell(stream, f"alarm:{1 + number / 20}")
    world.publish(*bodies_of(world.processes["intake"], streams, len(streams)))
    eventually(lambda: any(world.applied(stream) for stream in streams))

    holder = world.database("sla")["leases"].find_one({"_id": "due"})["holder"]
    os.kill(int(holder.split(":")[1]), signal.SIGKILL)

    eventually(lambda: all(world.applied(stream) for stream in streams))
    assert {tuple(world.applied(stream)) for stream in streams} == {("due:due",)}

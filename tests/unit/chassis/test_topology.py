"""Names and arguments of exchanges and queues: changing one strands what is in the old."""

from chassis.bus.topology import (
    CONSUMES,
    SOURCES,
    Pair,
    events_exchange,
    pairs,
    partition_of,
    queue_arguments,
)

PAIR = Pair("intake", "sla")


def test_names_are_the_ones_that_installations_have():
    assert events_exchange("intake") == "intake.events"
    assert PAIR.queue(1) == "intake--sla.1.v1"
    assert PAIR.dead_queue == "intake--sla.dead"


def test_a_subject_stays_in_the_partition_it_has():
    assert [partition_of(subject, 4) for subject in ("100000000001", "a", "")] == [2, 3, 0]


def test_subjects_spread_over_the_partitions():
    found = {partition_of(str(10**11 + number), 4) for number in range(100)}

    assert found == {0, 1, 2, 3}


def test_a_partition_loses_nothing_by_itself():
    arguments = queue_arguments(PAIR)

    assert arguments["x-queue-type"] == "quorum"
    assert arguments["x-overflow"] == "reject-publish"
    assert arguments["x-dead-letter-strategy"] == "at-least-once"
    assert arguments["x-dead-letter-routing-key"] == PAIR.dead_queue
    assert "x-max-length" not in arguments


def test_a_partition_has_one_active_consumer():
    assert queue_arguments(PAIR)["x-single-active-consumer"] is True


def test_nobody_listens_to_himself_or_to_who_tells_nothing():
    assert all(pair.source != pair.consumer for pair in pairs())
    assert {pair.source for pair in pairs()} <= set(SOURCES)


def test_a_service_gets_its_own_pairs():
    assert [pair.source for pair in pairs("notify")] == list(CONSUMES["notify"])
    assert pairs("intake") == []
